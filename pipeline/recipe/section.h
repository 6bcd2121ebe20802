#pragma once

#include "pipeline/recipe/report.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace terroir {

/// A map of the document, read key by key: what is of the wrong type, out of range or not a key of it goes to the report, and the
/// reader gets nothing.
class Section {
 public:
  /// `keys` are all that it may have; empty: any. `at` is where its name stands: what is missing is reported there.
  Section(const Value* value, Position at, std::string where, std::vector<std::string> keys, Report& report);

  [[nodiscard]] const Value* get(const std::string& key) const noexcept { return map_ == nullptr ? nullptr : map_->find(key); }
  [[nodiscard]] bool has(const std::string& key) const noexcept { return get(key) != nullptr; }
  [[nodiscard]] const std::vector<Value::Entry>& entries() const noexcept;
  [[nodiscard]] Position at() const noexcept { return at_; }
  /// Where the value of a key stands, or the section when there is none.
  [[nodiscard]] Position at(const std::string& key) const noexcept;
  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  [[nodiscard]] std::string where(const std::string& key) const { return where_.empty() ? key : where_ + "." + key; }
  [[nodiscard]] Report& report() const noexcept { return report_; }
  /// Whether the section is a map at all.
  [[nodiscard]] bool whole() const noexcept { return map_ != nullptr; }

  /// Whether a key that is not there stands there misspelt, which has been told.
  [[nodiscard]] bool is_misspelt(const std::string& key) const noexcept { return misspelt_.count(key) > 0; }

  /// Whether a key is there. Complains when it is missing, if it is not misspelt.
  bool require(const std::string& key, const std::string& remedy) const;
  void complain(const std::string& key, const std::string& problem, const std::string& remedy) const;

  /// Text of one line, not empty.
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
  /// A finite number.
  [[nodiscard]] std::optional<double> number(const std::string& key) const;
  [[nodiscard]] std::optional<std::int64_t> whole_number(const std::string& key, std::int64_t least, std::int64_t most) const;
  [[nodiscard]] std::optional<bool> flag(const std::string& key) const;
  /// The place of a word among the choices.
  [[nodiscard]] std::optional<std::size_t> choice(const std::string& key, const std::vector<std::string>& choices) const;
  /// Exactly `count` finite numbers; `form` is what the remedy asks for.
  [[nodiscard]] std::optional<std::vector<double>> numbers(const std::string& key, std::size_t count, const std::string& form) const;

 private:
  void wrong(const std::string& key, const Value& value, const std::string& wanted) const;

  const Value* map_ = nullptr;
  Position at_;
  std::string where_;
  std::set<std::string> misspelt_;
  Report& report_;
};

}  // namespace terroir
