#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

namespace terroir {

/// A document of a store that somebody else may have written. Keys are sorted, so that looking for one stays quick whatever their number.
using InputJson = nlohmann::json;

/// Largest document of metadata, and how deep its values may be nested.
inline constexpr std::size_t largest_document = std::size_t{16} << 20;
inline constexpr int deepest_document = 64;

/// Parses a document; `where` stands in messages. Throws Error(Fault::mistake) when it is no JSON object, too large or too deep.
[[nodiscard]] InputJson parse_document(std::span<const std::byte> bytes, const std::string& where);

/// The document in a file, its bytes in `bytes` where that is wanted; nothing when there is no such file. Throws as `parse_document`.
[[nodiscard]] std::optional<InputJson> read_document(const std::string& path, std::string* bytes = nullptr);

/// A member of an object; null when there is none or it is no object.
[[nodiscard]] const InputJson& member(const InputJson& object, const char* name);

/// A member that is text; `otherwise` when it is none.
[[nodiscard]] std::string text_member(const InputJson& object, const char* name, const std::string& otherwise = "");

}  // namespace terroir
