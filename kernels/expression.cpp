#include "kernels/expression.h"

#include "kernels/expression_tokens.h"
#include "kernels/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>

namespace terroir::formula {
namespace {

/// A function of the language: the least and the largest number of arguments, and how it is written.
struct Function {
  std::string_view name;
  Op op;
  int least, most;
  std::string_view usage;
};

constexpr int any_number = 1000;
constexpr Function functions[] = {
    {"where", Op::where, 3, 3, "where(condition, value, other)"},
    {"min", Op::min, 2, any_number, "min(a, b, ...)"},
    {"max", Op::max, 2, any_number, "max(a, b, ...)"},
    {"pow", Op::power, 2, 2, "pow(x, y)"},
    {"atan2", Op::atan2, 2, 2, "atan2(y, x)"},
    {"abs", Op::abs, 1, 1, "abs(x)"},
    {"sqrt", Op::sqrt, 1, 1, "sqrt(x)"},
    {"exp", Op::exp, 1, 1, "exp(x)"},
    {"log", Op::log, 1, 1, "log(x)"},
    {"log10", Op::log10, 1, 1, "log10(x)"},
    {"sin", Op::sin, 1, 1, "sin(x)"},
    {"cos", Op::cos, 1, 1, "cos(x)"},
    {"tan", Op::tan, 1, 1, "tan(x)"},
    {"asin", Op::asin, 1, 1, "asin(x)"},
    {"acos", Op::acos, 1, 1, "acos(x)"},
    {"atan", Op::atan, 1, 1, "atan(x)"},
    {"tanh", Op::tanh, 1, 1, "tanh(x)"},
    {"floor", Op::floor, 1, 1, "floor(x)"},
    {"ceil", Op::ceil, 1, 1, "ceil(x)"},
};

const Function* find_function(std::string_view name) {
  const auto found = std::find_if(std::begin(functions), std::end(functions), [&](const Function& f) { return f.name == name; });
  return found == std::end(functions) ? nullptr : found;
}

constexpr std::string_view pi = "pi";

bool is_operator(std::string_view word) noexcept { return word == "and" || word == "or" || word == "not"; }

struct Foreign {
  std::string_view sign, remedy;
};
constexpr Foreign foreign[] = {{"^", "use ** for powers"}, {"=", "use == to compare"}, {"&&", "use and"},
                               {"||", "use or"},           {"&", "use and"},           {"|", "use or"},
                               {"!", "use not"},           {"<>", "use !="},           {"%", "use x - y * floor(x / y)"}};

/// Reads by recursive descent. A method gives the node that it made, or nothing after the first mistake.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { advance(); }

  std::variant<Expression, ExpressionError> read() {
    if (token_.kind == Token::Kind::end) return ExpressionError{1, "the formula is empty", "write one, such as (N - R) / (N + R)"};
    const auto whole = either();
    if (whole && token_.kind != Token::Kind::end) unexpected();
    if (error_) return std::move(*error_);
    return std::move(expression_);
  }

 private:
  using Made = std::optional<int>;

  std::nullopt_t fail(std::size_t at, std::string problem, std::string remedy) {
    if (!error_) error_ = ExpressionError{at + 1, std::move(problem), std::move(remedy)};
    return std::nullopt;
  }

  void advance() { token_ = next_token(text_, token_.at + token_.text.size()); }

  [[nodiscard]] bool is(std::string_view sign) const { return token_.kind != Token::Kind::bad && token_.text == sign; }
  bool accept(std::string_view sign) {
    if (!is(sign)) return false;
    advance();
    return true;
  }

  /// Complains about a token that cannot stand where it stands; `wanted` is what could.
  std::nullopt_t unexpected(const std::string& wanted = "an operator",
                            const std::string& remedy = "put an operator such as * between the two values") {
    const std::string text(token_.text);
    if (token_.kind == Token::Kind::end) return fail(token_.at, "expected " + wanted + " but the formula ends", remedy);
    if (token_.kind == Token::Kind::bad) {
      const bool printable = text[0] > ' ' && text[0] <= '~';
      return fail(token_.at,
                  (printable ? "'" + text + "'" : std::string("a character that is not ASCII")) + " does not belong in a formula",
                  "use names of layers, numbers, + - * / **, comparisons and functions");
    }
    for (const auto& f : foreign)
      if (token_.text == f.sign) return fail(token_.at, "'" + text + "' is not an operator of formulas", std::string(f.remedy));
    return fail(token_.at, "expected " + wanted + " but found '" + text + "'", remedy);
  }

  Made add(Expression::Node node) {
    if (expression_.nodes.size() == largest_expression)
      return fail(token_.at, "the formula has more than " + std::to_string(largest_expression) + " parts", "split it into several steps");
    expression_.nodes.push_back(node);
    return static_cast<int>(expression_.nodes.size()) - 1;
  }
  Made add(Op op, Made a, Made b = -1, Made c = -1) {
    if (!a || !b || !c) return std::nullopt;
    return add({op, 0, 0, {*a, *b, *c}});
  }

  struct Operator {
    std::string_view sign;
    Op op;
  };

  /// Operators of one strength, left to right.
  template <class Next>
  Made chain(std::initializer_list<Operator> operators, Next next) {
    Made left = next();
    for (bool found = true; left && found;) {
      found = false;
      for (const auto& o : operators) {
        if (!accept(o.sign)) continue;
        left = add(o.op, left, next());
        found = true;
        break;
      }
    }
    return left;
  }

  /// Goes one level down unless the formula is too deep.
  template <class Next>
  Made nested(Next next) {
    if (depth_ == deepest_expression)
      return fail(token_.at, "the formula is nested deeper than " + std::to_string(deepest_expression) + " levels",
                  "split it into several steps");
    ++depth_;
    const Made made = next();
    --depth_;
    return made;
  }

  Made either() {
    return chain({{"or", Op::either}}, [this] { return both(); });
  }
  Made both() {
    return chain({{"and", Op::both}}, [this] { return inverse(); });
  }
  Made inverse() {
    if (!accept("not")) return comparison();
    return nested([this] { return add(Op::inverse, inverse()); });
  }
  Made comparison() {
    static constexpr Operator operators[] = {{"<=", Op::less_equal}, {">=", Op::greater_equal}, {"==", Op::equal},
                                             {"!=", Op::not_equal},  {"<", Op::less},           {">", Op::greater}};
    const auto here = [this] {
      return std::find_if(std::begin(operators), std::end(operators), [this](const Operator& o) { return is(o.sign); });
    };
    Made left = sum();
    const auto o = here();
    if (!left || o == std::end(operators)) return left;
    advance();
    left = add(o->op, left, sum());
    if (left && here() != std::end(operators)) return fail(token_.at, "comparisons cannot be chained", "join two of them with 'and'");
    return left;
  }
  Made sum() {
    return chain({{"+", Op::add}, {"-", Op::subtract}}, [this] { return product(); });
  }
  Made product() {
    return chain({{"*", Op::multiply}, {"/", Op::divide}}, [this] { return sign(); });
  }
  Made sign() {
    if (accept("+")) return nested([this] { return sign(); });
    if (!accept("-")) return power();
    return nested([this] { return add(Op::negate, sign()); });
  }
  Made power() {
    const Made base = value();
    if (!base || !accept("**")) return base;
    return nested([&] { return add(Op::power, base, sign()); });
  }

  Made value() {
    if (token_.kind == Token::Kind::number) return number();
    if (token_.kind == Token::Kind::word && !is_operator(token_.text)) return word();
    if (!is("(")) return unexpected("a value", "write the name of a layer, a number, a function or a parenthesis");
    const std::size_t opened = token_.at;
    advance();
    const Made inner = nested([this] { return either(); });
    return inner && close(opened) ? inner : std::nullopt;
  }

  bool close(std::size_t opened) {
    if (accept(")")) return true;
    unexpected("')'", "close the parenthesis of column " + std::to_string(opened + 1));
    return false;
  }

  Made number() {
    double value = 0;
    const auto result = std::from_chars(token_.text.data(), token_.text.data() + token_.text.size(), value);
    if (result.ec != std::errc{} || !std::isfinite(static_cast<float>(value)))
      return fail(token_.at, std::string(token_.text) + " is out of range", "use a number that a 32-bit float can hold");
    advance();
    return add({Op::number, value, 0, {-1, -1, -1}});
  }

  Made word() {
    const Token word = token_;
    advance();
    const std::string name(word.text);
    const Function* function = find_function(name);
    if (is("(")) return function != nullptr ? call(*function, word.at) : unknown(word);
    if (name == pi) return add({Op::number, std::numbers::pi, 0, {-1, -1, -1}});
    auto& names = expression_.names;
    const auto known = std::find(names.begin(), names.end(), name);
    const auto place = static_cast<int>(known - names.begin());
    if (known == names.end()) names.push_back(name);
    return add({Op::name, 0, place, {-1, -1, -1}});
  }

  Made unknown(const Token& word) {
    std::vector<std::string> names;
    for (const auto& f : functions) names.emplace_back(f.name);
    const auto near = nearest_word(word.text, names);
    return fail(word.at, "unknown function '" + std::string(word.text) + "'",
                near ? "did you mean '" + *near + "'?" : "use one of " + list_words(names));
  }

  Made call(const Function& function, std::size_t at) {
    const std::size_t opened = token_.at;
    advance();
    std::vector<Made> arguments;
    if (!is(")")) do {
        arguments.push_back(nested([this] { return either(); }));
        if (!arguments.back()) return std::nullopt;
      } while (accept(","));
    if (!close(opened)) return std::nullopt;
    const int count = static_cast<int>(arguments.size());
    if (count < function.least || count > function.most)
      return fail(at, std::string(function.name) + " does not take " + std::to_string(count) + (count == 1 ? " argument" : " arguments"),
                  "write " + std::string(function.usage));
    if (count == 1) return add(function.op, arguments[0]);
    if (function.op == Op::where) return add(Op::where, arguments[0], arguments[1], arguments[2]);
    Made result = arguments[0];
    for (std::size_t i = 1; i < arguments.size(); ++i) result = add(function.op, result, arguments[i]);
    return result;
  }

  std::string_view text_;
  Token token_;
  Expression expression_;
  int depth_ = 0;
  std::optional<ExpressionError> error_;
};

}  // namespace

std::variant<Expression, ExpressionError> parse_expression(std::string_view text) {
  if (text.size() > longest_expression)
    return ExpressionError{longest_expression + 1, "the formula is longer than " + std::to_string(longest_expression) + " characters",
                           "split it into several steps"};
  return Parser(text).read();
}

bool is_formula_word(std::string_view word) noexcept { return word == pi || is_operator(word); }

}  // namespace terroir::formula
