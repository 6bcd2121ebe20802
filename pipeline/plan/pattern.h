#pragma once

#include "tiling/time_axis.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace terroir {

/// What a file's name tells by the pattern that it matches.
struct PatternMatch {
  std::string band;              ///< text of `{band}`, empty without it
  std::optional<DateTime> time;  ///< of `{time:...}`, nothing without it or where its digits are no date
};

/// A path with * and ?, `{band}` and `{time:%Y%m%d}` (strptime's %Y %y %m %d %j %H %M %S; may be split over several braces).
/// A wildcard and `{band}` match no '/', so each stays in its folder.
class PathPattern {
 public:
  /// Throws Error(Fault::mistake) for an unknown field or directive, and for fields that tell no band or no time.
  explicit PathPattern(const std::string& text);

  [[nodiscard]] bool has_time() const noexcept { return has_time_; }
  [[nodiscard]] bool has_band() const noexcept { return has_band_; }
  /// Whether it can match more than one file.
  [[nodiscard]] bool is_pattern() const noexcept { return is_pattern_; }
  /// The pattern with every field as '*', for listing candidates.
  [[nodiscard]] const std::string& glob() const noexcept { return glob_; }
  /// The part before the first field or wildcard, up to its last '/': names of files are shown relative to it.
  [[nodiscard]] std::string base() const;
  [[nodiscard]] std::optional<PatternMatch> match(const std::string& path) const;
  /// Whether a path has the form of the pattern, but its digits are no date.
  [[nodiscard]] bool has_no_date(const std::string& path) const;

 private:
  struct Token {
    enum class Kind { literal, star, question, band, digits } kind;
    std::string text;    ///< of a literal
    char directive = 0;  ///< of digits
  };
  // `digits`: the number that each token of digits has in the path.
  bool match_from(std::size_t token, const std::string& path, std::size_t at, PatternMatch& found, std::vector<int>& digits) const;
  bool match_digits(std::size_t token, const std::string& path, std::size_t at, PatternMatch& found, std::vector<int>& digits) const;
  [[nodiscard]] std::optional<DateTime> time_of(const std::vector<int>& digits) const;
  [[nodiscard]] std::optional<PatternMatch> match_form(const std::string& path) const;
  void add_field(const std::string& field);
  void check_time(const std::string& text) const;

  std::vector<Token> tokens_;
  std::string glob_;
  bool has_time_ = false, has_band_ = false, is_pattern_ = false;
};

}  // namespace terroir
