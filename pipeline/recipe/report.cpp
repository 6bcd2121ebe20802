#include "pipeline/recipe/report.h"

#include "kernels/expression.h"
#include "pipeline/recipe/recipe.h"
#include "pipeline/redaction/redactor.h"

#include <algorithm>
#include <tuple>

namespace terroir {
namespace {

/// One line of bounded length, whatever a document holds.
std::string one_line(std::string text) {
  constexpr std::size_t longest = 1000;
  if (text.size() > longest) text = redacted(std::move(text)).substr(0, longest - 3) + "...";  // half a secret would not be known any more
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
  return text;
}

}  // namespace

void Report::error(Position at, const std::string& where, const std::string& problem, const std::string& remedy) {
  ++errors_;
  if ((at.line > 0 && muted_.count({at.line, at.column}) > 0) || !is_clear(where)) return;
  found_.push_back({at, where, problem, remedy, false});
}

bool Report::is_clear(const std::string& where) const {
  const std::size_t part = where.find('.');
  return unclear_.count(where.substr(0, part)) == 0 && unclear_.count(where.substr(0, where.find('.', part + 1))) == 0;
}

bool Report::is_whole(const std::string& part) const {
  return std::none_of(unclear_.begin(), unclear_.end(), [&](const auto& where) { return where == part || where.starts_with(part + "."); });
}

void Report::warn(Position at, const std::string& where, const std::string& problem, const std::string& remedy) {
  found_.push_back({at, where, problem, remedy, true});
}

void Report::adopt(const std::vector<Diagnostic>& found, Position at, const std::string& where) {
  for (const auto& d : found) {
    const Position place = d.at.line > 0 ? d.at : at;
    const std::string path = d.where.empty() ? where : where + "." + d.where;
    d.warning ? warn(place, path, d.problem, d.remedy) : error(place, path, d.problem, d.remedy);
  }
}

std::vector<Diagnostic> in_file_order(std::vector<Diagnostic> found) {
  const auto place = [](const Diagnostic& d) { return std::make_tuple(d.at.line == 0, d.at.line, d.at.column); };
  std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return found;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  return text.size() <= longest ? "'" + std::string(text) + "'" : "'" + std::string(text.substr(0, longest - 3)) + "...'";
}

std::optional<std::string> meant_by(std::string_view word, const std::vector<std::string>& words) {
  // The comparison costs the product of the lengths; nobody means a word by one that is much longer.
  constexpr std::size_t longest = 64, most = 1000;
  if (word.empty() || word.size() > longest || words.size() > most) return std::nullopt;
  return nearest_word(word, words);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& words, const std::string& otherwise) {
  const auto near = meant_by(word, words);
  return near ? "did you mean '" + *near + "'?" : otherwise;
}

Complaint complaint_of(const Error& error, const std::string& otherwise) {
  const std::string text = error.what();
  const std::size_t semicolon = text.rfind("; ");
  return {text.substr(0, semicolon), semicolon == std::string::npos ? otherwise : text.substr(semicolon + 2)};
}

bool is_name(std::string_view text) noexcept {
  const auto letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

void check_name(const std::string& name, Position at, const std::string& where, Report& report) {
  if (!is_name(name)) report.error(at, where, in_quotes(name) + " is not a name", "use letters, digits and _, not beginning with a digit");
  if (name.size() > longest_name)
    report.error(at, where, "a name of " + std::to_string(name.size()) + " characters cannot become that of a file",
                 "use " + std::to_string(longest_name) + " at most");
}

void check_layer_name(const std::string& name, Position at, const std::string& where, Report& report) {
  check_name(name, at, where, report);
  if (formula::is_formula_word(name)) report.error(at, where, in_quotes(name) + " is a word of formulas", "choose another name");
}

std::string to_text(const Diagnostic& d, const std::string& file) {
  std::string text = file;
  if (d.at.line > 0) text += ":" + std::to_string(d.at.line) + ":" + std::to_string(d.at.column);
  text += d.warning ? ": warning: " : ": ";
  if (!d.where.empty()) text += d.where + ": ";
  return one_line(text + d.problem + (d.remedy.empty() ? "" : "; " + d.remedy));
}

}  // namespace terroir
