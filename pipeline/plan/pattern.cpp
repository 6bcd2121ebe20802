#include "pipeline/plan/pattern.h"

#include "pipeline/error.h"

#include <map>

namespace terroir {
namespace {

int width_of(char directive) {
  switch (directive) {
    case 'Y': return 4;
    case 'j': return 3;
    case 'y':
    case 'm':
    case 'd':
    case 'H':
    case 'M':
    case 'S': return 2;
    default: return 0;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

PathPattern::PathPattern(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{') {
      const std::size_t end = text.find_first_of("{}", i + 1);
      if (end == std::string::npos || text[end] == '{')
        throw Error(Fault::mistake, "the path pattern '" + text + "' has a '{' without a '}'");
      if (has_band_ && text.compare(i, end - i, "{band") == 0)
        throw Error(Fault::mistake, "the path pattern '" + text + "' has {band} twice; write * for one of them");
      add_field(text.substr(i + 1, end - i - 1));
      i = end;
    } else if (c == '*' || c == '?') {
      tokens_.push_back({c == '*' ? Token::Kind::star : Token::Kind::question, {}});
      glob_ += c;
      is_pattern_ = true;
    } else {
      if (tokens_.empty() || tokens_.back().kind != Token::Kind::literal) tokens_.push_back({Token::Kind::literal, {}});
      tokens_.back().text += c;
      glob_ += c;
    }
  }
  if (has_time_) check_time(text);
}

/// A time must begin with its year and have no gaps; else names of different times would tell one.
void PathPattern::check_time(const std::string& text) const {
  std::string told;
  for (const Token& token : tokens_)
    if (token.kind == Token::Kind::digits) told += token.directive;
  const auto has = [&](const char* directives) { return told.find_first_of(directives) != std::string::npos; };
  const auto refuse = [&](const std::string& problem, const std::string& remedy) {
    throw Error(Fault::mistake, "the times of the path pattern '" + text + "' " + problem + "; " + remedy);
  };
  if (!has("Yy")) refuse("have no year", "give %Y, as {time:%Y%m%d}");
  if (has("d") && !has("mj")) refuse("have days without months", "give %m, as {time:%Y%m%d}, or days of the year by %j");
  if (has("HMS") && !has("dj")) refuse("have hours without days", "give %d, as {time:%Y%m%dT%H%M}; months are %m, minutes are %M");
  if ((has("M") && !has("H")) || (has("S") && !has("M"))) refuse("have minutes without hours, or seconds without minutes", "give %H%M");
}

void PathPattern::add_field(const std::string& field) {
  is_pattern_ = true;
  glob_ += '*';
  if (field == "band") {
    has_band_ = true;
    tokens_.push_back({Token::Kind::band, {}});
    return;
  }
  if (field.rfind("time:", 0) != 0)
    throw Error(Fault::mistake, "unknown field '{" + field + "}' in a path pattern: use {band} or {time:%Y%m%d}");
  has_time_ = true;
  for (std::size_t i = 5; i < field.size(); ++i) {
    if (field[i] != '%') {
      tokens_.push_back({Token::Kind::literal, std::string(1, field[i])});
      continue;
    }
    const char directive = i + 1 < field.size() ? field[++i] : '\0';
    if (width_of(directive) == 0) throw Error(Fault::mistake, "unknown directive in '{" + field + "}': use %Y %y %m %d %j %H %M %S");
    tokens_.push_back({Token::Kind::digits, {}, directive});
  }
}

std::string PathPattern::base() const {
  if (tokens_.empty() || tokens_[0].kind != Token::Kind::literal) return {};
  const std::string& head = tokens_[0].text;
  const std::size_t slash = head.rfind('/');
  return slash == std::string::npos ? std::string{} : head.substr(0, slash + 1);
}

std::optional<PatternMatch> PathPattern::match(const std::string& path) const {
  auto found = match_form(path);
  return found && (found->time || !has_time_) ? found : std::nullopt;
}

bool PathPattern::has_no_date(const std::string& path) const {
  const auto found = match_form(path);
  return has_time_ && found && !found->time;
}

std::optional<PatternMatch> PathPattern::match_form(const std::string& path) const {
  PatternMatch found;
  std::vector<int> digits(tokens_.size());
  if (!match_from(0, path, 0, found, digits)) return std::nullopt;
  if (has_time_) found.time = time_of(digits);
  return found;
}

/// Nothing for what is no date, and for fields that contradict each other, as the years of 2023/20240101.tif do.
std::optional<DateTime> PathPattern::time_of(const std::vector<int>& digits) const {
  std::map<char, int> told;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].kind != Token::Kind::digits) continue;
    const bool short_year = tokens_[i].directive == 'y';
    const int value = !short_year ? digits[i] : digits[i] < 69 ? 2000 + digits[i] : 1900 + digits[i];  // POSIX strptime
    const auto [at, fresh] = told.emplace(short_year ? 'Y' : tokens_[i].directive, value);
    if (!fresh && at->second != value) return std::nullopt;
  }
  const auto field = [&](char directive, int otherwise) {
    const auto at = told.find(directive);
    return at == told.end() ? otherwise : at->second;
  };
  DateTime time{field('Y', 0), field('m', 1), field('d', 1), field('H', 0), field('M', 0), field('S', 0)};
  if (const int day_of_year = field('j', -1); day_of_year >= 0) {
    const DateTime first{time.year, 1, 1, time.hour, time.minute, time.second};
    if (!valid(first, Calendar::standard)) return std::nullopt;
    time = from_seconds(to_seconds(first, Calendar::standard) + (day_of_year - 1) * 86400LL, Calendar::standard);
  }
  const bool as_told = time.year == field('Y', 0) && time.month == field('m', time.month) && time.day == field('d', time.day);
  return as_told && valid(time, Calendar::standard) ? std::optional(time) : std::nullopt;
}

bool PathPattern::match_digits(std::size_t token, const std::string& path, std::size_t at, PatternMatch& found,
                               std::vector<int>& digits) const {
  const auto width = static_cast<std::size_t>(width_of(tokens_[token].directive));
  if (at + width > path.size()) return false;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (!is_digit(path[at + i])) return false;
    value = value * 10 + (path[at + i] - '0');
  }
  digits[token] = value;
  return match_from(token + 1, path, at + width, found, digits);
}

bool PathPattern::match_from(std::size_t token, const std::string& path, std::size_t at, PatternMatch& found,
                             std::vector<int>& digits) const {
  if (token == tokens_.size()) return at == path.size();
  const Token& t = tokens_[token];
  switch (t.kind) {
    case Token::Kind::literal:
      return path.compare(at, t.text.size(), t.text) == 0 && match_from(token + 1, path, at + t.text.size(), found, digits);
    case Token::Kind::question: return at < path.size() && path[at] != '/' && match_from(token + 1, path, at + 1, found, digits);
    case Token::Kind::digits: return match_digits(token, path, at, found, digits);
    case Token::Kind::star:
    case Token::Kind::band: break;
  }
  const std::size_t least = t.kind == Token::Kind::band ? 1 : 0;
  for (std::size_t end = at; end <= path.size(); ++end) {
    if (end - at >= least && match_from(token + 1, path, end, found, digits)) {
      if (t.kind == Token::Kind::band) found.band = path.substr(at, end - at);
      return true;
    }
    if (end < path.size() && path[end] == '/') break;
  }
  return false;
}

}  // namespace terroir
