#pragma once

#include "kernels/value.h"
#include "pipeline/error.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace terroir {

/// What was found in the order of the file; what has no place in the file comes last.
[[nodiscard]] std::vector<Diagnostic> in_file_order(std::vector<Diagnostic> found);

/// Collects the mistakes of a recipe, so that all are told at once.
class Report {
 public:
  /// `unclear`: inputs, steps and outputs, as "steps.slope", and settings of the grid of which it is not known what they mean, each of
  /// which counts as an error that has been told. What else is wrong there is not.
  explicit Report(std::set<std::string> unclear = {}) : unclear_(std::move(unclear)), errors_(unclear_.size()) {}

  void error(Position at, const std::string& where, const std::string& problem, const std::string& remedy);
  void warn(Position at, const std::string& where, const std::string& problem, const std::string& remedy);
  /// Takes over what another part found; `where` is put in front, and `at` stands in where the part knew no position.
  void adopt(const std::vector<Diagnostic>& found, Position at, const std::string& where);

  /// No more errors about this place: its value could not be made out, which has been told.
  void mute(Position at) { muted_.emplace(at.line, at.column); }

  /// Whether it is known what stands in a section; `where` is its place or one inside.
  [[nodiscard]] bool is_clear(const std::string& where) const;
  /// Whether all sections of a part of the recipe are clear, as "grid".
  [[nodiscard]] bool is_whole(const std::string& part) const;

  [[nodiscard]] std::size_t errors() const noexcept { return errors_; }
  /// Everything found, in the order of the file.
  [[nodiscard]] std::vector<Diagnostic> sorted() const { return in_file_order(found_); }

 private:
  std::vector<Diagnostic> found_;
  std::set<std::pair<int, int>> muted_;
  std::set<std::string> unclear_;
  std::size_t errors_ = 0;
};

/// 'text', shortened when it is long.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// The one of `words` that is near enough to a word to be meant by it.
[[nodiscard]] std::optional<std::string> meant_by(std::string_view word, const std::vector<std::string>& words);

/// "did you mean 'word'?" when one of `words` is near, else `otherwise`.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& words, const std::string& otherwise);

/// What an error says, its remedy apart: what stands behind the last semicolon, else `otherwise`.
[[nodiscard]] Complaint complaint_of(const Error& error, const std::string& otherwise = "");

/// Whether a text is a name: [A-Za-z_][A-Za-z0-9_]*.
[[nodiscard]] bool is_name(std::string_view text) noexcept;

/// Characters of a name: files are named after a step, its layer and a reducer, and most file systems take 255.
inline constexpr std::size_t longest_name = 100;

/// Complains of a text that is no name, or a longer one.
void check_name(const std::string& name, Position at, const std::string& where, Report& report);
/// Complains of one that a formula would not read as a layer's, too.
void check_layer_name(const std::string& name, Position at, const std::string& where, Report& report);

}  // namespace terroir
