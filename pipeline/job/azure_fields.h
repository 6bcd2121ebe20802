#pragma once

#include "pipeline/job/python_scalar.h"
#include "pipeline/recipe/section.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// Values of a job file as Azure ML's client takes them, which is stricter than YAML in text and looser in numbers. What it refuses is
/// an error; what it silently changes is a warning.

/// Text. What its reader takes for a number, a date or true is an error, and so is nothing at all.
[[nodiscard]] std::optional<std::string> azure_text(const Section& section, const std::string& key);

/// The same of any value; `where` is for messages.
[[nodiscard]] std::optional<std::string> azure_text(const Value& value, const std::string& where, Report& report);

/// A whole number, also in quotes; a fraction is cut off, which is warned of. Outside of `least` and `most` it is an error.
[[nodiscard]] std::optional<std::int64_t> azure_integer(const Section& section, const std::string& key, std::int64_t least,
                                                        std::int64_t most);

/// The place of a word among the choices; capitals do not count.
[[nodiscard]] std::optional<std::size_t> azure_choice(const Section& section, const std::string& key,
                                                      const std::vector<std::string>& choices);

/// A list of texts.
[[nodiscard]] std::vector<std::string> azure_texts(const Section& section, const std::string& key);

/// A map of texts, some of which may be nothing (then empty): `tags` and `properties`.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> azure_text_map(const Section& section, const std::string& key);

/// Complains of a key whose value is none of the words that stand for true and false.
void check_azure_flag(const Section& section, const std::string& key);

/// Warns of keys where Azure ML lets any through, so that a misspelt one is lost in silence.
void warn_of_keys(const Section& section, const std::vector<std::string>& keys);

/// The text with small letters a to z.
[[nodiscard]] std::string lower_case(std::string text);

/// Complains of a key that is no text (`yes:`, `5:`); Azure ML refuses it even where any name will do.
void check_key(const Value::Entry& entry, const std::string& where, Report& report);

}  // namespace terroir
