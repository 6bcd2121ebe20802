#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace terroir {

/// Where a value stands in its file, counted from 1; 0 when it stands in none.
struct Position {
  int line = 0, column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

/// One of a user's mistakes, or (when `warning`) something that the user should look at.
struct Diagnostic {
  Position at;
  std::string where;    ///< path inside the document, as "steps.slope.unit"; or a file
  std::string problem;  ///< "'deg' is not a choice"
  std::string remedy;   ///< "use degree, percent or radian"
  bool warning = false;
};

/// What is wrong with one value, before it is known where the value stands.
struct Complaint {
  std::string problem, remedy;
};

/// A node of a document: nothing, a scalar kept as its text, a list, or a map in file order.
/// Scalars become numbers where they are used, so that literals written by other programs ("True", "1e-05") are understood alike.
class Value {
 public:
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Value() = default;
  static Value scalar(std::string text, bool plain = true, Position at = {});
  static Value list(std::vector<Value> items, Position at = {});
  static Value map(std::vector<Entry> entries, Position at = {});

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_null() const noexcept { return kind_ == Kind::null; }
  [[nodiscard]] bool is_scalar() const noexcept { return kind_ == Kind::scalar; }
  [[nodiscard]] bool is_list() const noexcept { return kind_ == Kind::list; }
  [[nodiscard]] bool is_map() const noexcept { return kind_ == Kind::map; }
  [[nodiscard]] Position at() const noexcept { return at_; }
  void set_position(Position at) noexcept { at_ = at; }

  /// Text of a scalar, empty for anything else.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// Whether a scalar was written without quotes.
  [[nodiscard]] bool plain() const noexcept { return plain_; }

  /// The scalar as a finite number, also "inf", "-inf" and "nan" in any of YAML's and Python's spellings; nothing if it is none.
  [[nodiscard]] std::optional<double> number() const;
  /// The scalar as a whole number ("3", "3.0"), nothing if it is none.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  /// true, True, TRUE, yes, on and their opposites; nothing otherwise.
  [[nodiscard]] std::optional<bool> boolean() const;

  [[nodiscard]] const std::vector<Value>& items() const noexcept { return items_; }
  [[nodiscard]] std::vector<Value>& items() noexcept { return items_; }
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] std::vector<Entry>& entries() noexcept { return entries_; }
  /// The value of a key, or null when this is no map or has no such key.
  [[nodiscard]] const Value* find(std::string_view key) const noexcept;

  /// "a number", "a list", "a map", "text", "nothing": for messages.
  [[nodiscard]] std::string describe() const;

 private:
  Kind kind_ = Kind::null;
  bool plain_ = true;
  Position at_;
  std::string text_;
  std::vector<Value> items_;
  std::vector<Entry> entries_;
};

struct Value::Entry {
  std::string key;
  Position at;  ///< of the key
  Value value;
  bool plain = true;  ///< whether the key was written without quotes
};

/// Shortest decimal text that reads back as the same number; "nan", "inf", "-inf" otherwise.
[[nodiscard]] std::string number_text(double);

/// The word of `words` that is nearest to `word` by edit distance with transpositions, when it is near enough to be meant.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& words);

/// "a, b or c".
[[nodiscard]] std::string list_words(const std::vector<std::string>& words, std::string_view conjunction = "or");

}  // namespace terroir
