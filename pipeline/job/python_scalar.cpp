#include "pipeline/job/python_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

namespace terroir {
namespace {

using Kind = PythonScalar::Kind;

/// Python prints no integer of more digits.
constexpr std::size_t most_digits = 4300;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Reads a text from its front.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}
  bool sign() { return one_of("+-"); }
  bool one_of(std::string_view set) {
    const bool here = at_ < text_.size() && set.find(text_[at_]) != std::string_view::npos;
    at_ += here ? 1 : 0;
    return here;
  }
  /// As many as there are, up to `most`.
  std::size_t many(std::string_view set, std::size_t most = std::string_view::npos) {
    std::size_t count = 0;
    while (count < most && one_of(set)) ++count;
    return count;
  }
  std::size_t digits(std::size_t most = std::string_view::npos) { return many("0123456789", most); }
  [[nodiscard]] bool ended() const noexcept { return at_ == text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

constexpr std::string_view digits_and_bar = "0123456789_";

bool is_boolean(std::string_view text, bool truth) {
  constexpr std::array yes = {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
  constexpr std::array no = {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  const auto is = [&](const char* word) { return text == word; };
  return truth ? std::any_of(yes.begin(), yes.end(), is) : std::any_of(no.begin(), no.end(), is);
}

bool is_infinite(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  return text == ".inf" || text == ".Inf" || text == ".INF";
}

bool is_nan(std::string_view text) { return text == ".nan" || text == ".NaN" || text == ".NAN"; }

/// 685_230.15e+03, 1., .5: a point is needed, an exponent needs its sign.
bool is_decimal_float(std::string_view text) {
  Scan scan(text);
  const bool sign = scan.sign();
  const bool whole = scan.digits(1) == 1;
  if (whole) scan.many(digits_and_bar);
  if (!scan.one_of(".")) return false;
  if (!whole && (sign || scan.digits(1) == 0)) return false;
  scan.many(digits_and_bar);
  if (scan.one_of("eE") && (!scan.sign() || scan.digits() == 0)) return false;
  return scan.ended();
}

/// 190:20:30, and with `point` 190:20:30.15.
bool is_sexagesimal(std::string_view text, bool point) {
  Scan scan(text);
  scan.sign();
  if (point ? scan.digits(1) == 0 : !scan.one_of("123456789")) return false;
  scan.many(digits_and_bar);
  bool parts = false;
  while (scan.one_of(":")) {
    const bool tens = scan.many("012345", 1) == 1;
    if (scan.digits(1) == 0 && !tens) return false;
    parts = true;
  }
  if (point && !scan.one_of(".")) return false;
  if (point) scan.many(digits_and_bar);
  return parts && scan.ended();
}

/// The base of an integer: 2, 8, 10 or 16; 60 of 1:30; 0 when it is none.
int integer_base(std::string_view text) {
  const auto matches = [&](std::string_view front, std::string_view rest, bool needs_rest) {
    Scan scan(text);
    scan.sign();
    for (const char c : front)
      if (!scan.one_of(std::string_view(&c, 1))) return false;
    return (scan.many(rest) > 0 || !needs_rest) && scan.ended();
  };
  if (matches("0b", "01_", true)) return 2;
  if (matches("0", "01234567_", true)) return 8;
  if (matches("0x", "0123456789abcdefABCDEF_", true)) return 16;
  if (matches("0", "", false)) return 10;
  Scan scan(text);
  scan.sign();
  if (scan.one_of("123456789") && (scan.many(digits_and_bar), scan.ended())) return 10;
  return is_sexagesimal(text, false) ? 60 : 0;
}

bool is_date(std::string_view text) {
  Scan day(text);
  if (day.digits(4) == 4 && day.one_of("-") && day.digits(2) == 2 && day.one_of("-") && day.digits(2) == 2 && day.ended()) return true;
  Scan scan(text);
  if (scan.digits(4) != 4 || !scan.one_of("-") || scan.digits(2) == 0 || !scan.one_of("-") || scan.digits(2) == 0) return false;
  if (!scan.one_of("Tt") && scan.many(" \t") == 0) return false;
  if (scan.digits(2) == 0 || !scan.one_of(":") || scan.digits(2) != 2 || !scan.one_of(":") || scan.digits(2) != 2) return false;
  if (scan.one_of(".")) scan.digits();
  scan.many(" \t");
  if (scan.one_of("Z") || scan.ended()) return scan.ended();
  return scan.sign() && scan.digits(2) > 0 && (scan.ended() || (scan.one_of(":") && scan.digits(2) == 2 && scan.ended()));
}

std::string without(std::string_view text, char unwanted) {
  std::string result(text);
  result.erase(std::remove(result.begin(), result.end(), unwanted), result.end());
  return result;
}

/// A whole number of any length.
class BigInteger {
 public:
  void add_digit(int base, int digit) {
    int carry = digit;
    for (int& limb : limbs_) {
      const std::int64_t value = std::int64_t{limb} * base + carry;
      limb = static_cast<int>(value % unit);
      carry = static_cast<int>(value / unit);
    }
    if (carry > 0) limbs_.push_back(carry);
  }
  [[nodiscard]] std::string text() const {
    if (limbs_.empty()) return "0";
    std::string result = std::to_string(limbs_.back());
    for (std::size_t i = limbs_.size() - 1; i-- > 0;) {
      const std::string limb = std::to_string(limbs_[i]);
      result += std::string(9 - limb.size(), '0') + limb;
    }
    return result;
  }

 private:
  static constexpr int unit = 1'000'000'000;
  std::vector<int> limbs_;
};

int digit_value(char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; }

/// The decimal digits of a number without sign and bars; nothing when it has only a prefix ("0x_").
std::optional<std::string> to_decimal(std::string_view text, int base) {
  BigInteger number;
  if (base == 60) {
    const auto first = text.substr(0, text.find(':'));
    for (const char c : first) number.add_digit(10, digit_value(c));
    for (text.remove_prefix(first.size()); !text.empty();) {
      text.remove_prefix(1);
      const auto part = text.substr(0, text.find(':'));
      number.add_digit(60, part.size() == 1 ? digit_value(part[0]) : digit_value(part[0]) * 10 + digit_value(part[1]));
      text.remove_prefix(part.size());
    }
    return number.text();
  }
  if (base == 2 || base == 16) text.remove_prefix(2);
  if (text.empty()) return std::nullopt;
  for (const char c : text) number.add_digit(base, digit_value(c));
  return number.text();
}

PythonScalar integer(std::string_view text, int base) {
  const bool negative = text[0] == '-';
  std::string digits = without(text, '_');
  if (digits[0] == '-' || digits[0] == '+') digits.erase(0, 1);
  if (digits.size() > most_digits) return {Kind::unreadable, std::string(text)};
  const auto decimal = to_decimal(digits, base);
  if (!decimal || decimal->size() > most_digits) return {Kind::unreadable, std::string(text)};
  const std::string whole = (negative && *decimal != "0" ? "-" : "") + *decimal;
  return {Kind::integer, whole, std::strtod(whole.c_str(), nullptr)};
}

/// A number that is written with digits, a point and perhaps an exponent; infinite when it is too large.
double to_double(const std::string& digits) {
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  return digits.find('-') == std::string::npos ? std::numeric_limits<double>::infinity() : 0.0;
}

PythonScalar number(double value) { return {Kind::number, python_repr(value), value}; }

PythonScalar decimal_float(std::string_view text) {
  std::string digits = without(text, '_');
  const bool negative = digits[0] == '-';
  if (digits[0] == '-' || digits[0] == '+') digits.erase(0, 1);
  const double value = to_double(digits);
  return number(negative ? -value : value);
}

PythonScalar sexagesimal_float(std::string_view text) {
  std::string digits = without(text, '_');
  const bool negative = digits[0] == '-';
  if (digits[0] == '-' || digits[0] == '+') digits.erase(0, 1);
  double value = 0, base = 1;
  // From the last part to the first, as PyYAML adds them.
  for (std::string rest = digits; !rest.empty();) {
    const auto colon = rest.rfind(':');
    value += to_double(colon == std::string::npos ? rest : rest.substr(colon + 1)) * base;
    base *= 60;
    rest = colon == std::string::npos ? "" : rest.substr(0, colon);
  }
  return number(negative ? -value : value);
}

PythonScalar plain_scalar(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {Kind::null, "None"};
  if (is_boolean(text, true)) return {Kind::boolean, "True", 1};
  if (is_boolean(text, false)) return {Kind::boolean, "False", 0};
  if (is_infinite(text)) return number(text[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity());
  if (is_nan(text)) return number(std::numeric_limits<double>::quiet_NaN());
  if (is_decimal_float(text)) return decimal_float(text);
  if (is_sexagesimal(text, true)) return sexagesimal_float(text);
  if (const int base = integer_base(text)) return integer(text, base);
  if (text == "=" || text == "<<") return {Kind::unreadable, std::string(text)};
  if (is_date(text)) return {Kind::date, std::string(text)};
  return {Kind::text, std::string(text)};
}

}  // namespace

PythonScalar python_scalar(std::string_view text, bool plain) {
  return plain ? plain_scalar(text) : PythonScalar{Kind::text, std::string(text)};
}

PythonScalar python_scalar(const Value& value) {
  if (value.is_null()) return {Kind::null, "None"};
  if (!value.is_scalar()) return {Kind::unreadable, value.describe()};
  return python_scalar(value.text(), value.plain());
}

std::string python_repr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 40> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific);
  const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e = scientific.find('e');
  int exponent = 0;
  std::from_chars(scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1), end, exponent);
  std::string digits = without(scientific.substr(0, e), '.');
  const auto count = static_cast<int>(digits.size());
  const std::string sign = std::signbit(value) ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    if (count > 1) digits.insert(1, ".");
    const std::string size = std::to_string(std::abs(exponent));
    return sign + digits + (exponent < 0 ? "e-" : "e+") + (size.size() < 2 ? "0" : "") + size;
  }
  if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  if (count <= exponent + 1) return sign + digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0') + ".0";
  return sign + digits.insert(static_cast<std::size_t>(exponent + 1), ".");
}

std::optional<std::string> python_int(std::string_view text) {
  constexpr std::string_view space = " \t\n\r\f\v";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(space) - first + 1);
  const bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front()) || !is_digit(text.back()) || text.size() > most_digits) return std::nullopt;
  if (text.find("__") != std::string_view::npos) return std::nullopt;
  std::string digits = without(text, '_');
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return (negative && digits != "0" ? "-" : "") + digits;
}

std::string kind_word(Kind kind) {
  switch (kind) {
    case Kind::null: return "nothing";
    case Kind::boolean: return "true or false";
    case Kind::integer:
    case Kind::number: return "a number";
    case Kind::date: return "a date";
    case Kind::unreadable: return "unreadable";
    case Kind::text: break;
  }
  return "text";
}

}  // namespace terroir
