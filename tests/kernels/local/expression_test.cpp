#include "kernels/expression.h"
#include "kernels/cpu_level.h"
#include "kernels/expression_program.h"
#include "tests/kernels/local/run_process.h"

#include <random>

namespace terroir::test {
namespace {

/// The value of a formula without layers, or with layers of one pixel.
float value(const std::string& text, const std::vector<float>& layers = {}) {
  auto read = formula::parse_expression(text);
  if (const auto* error = std::get_if<formula::ExpressionError>(&read)) {
    ADD_FAILURE() << text << ": " << error->problem;
    return nan;
  }
  const formula::Formula formula{std::get<formula::Expression>(std::move(read)), {}};
  const formula::Program program({&formula, 1});
  std::vector<OwnedBlock> blocks;
  std::vector<Block<const float>> in;
  for (const float x : layers) in.push_back(blocks.emplace_back(1, Shape{1, 1}, Halo{}, x).view());
  const OwnedBlock result(1, {1, 1});
  const std::vector<Block<float>> out = {result.view()};
  Buffer scratch(program.scratch_bytes());
  program.run(in, out, scratch.data());
  return result(0, 0, 0);
}

std::string mistake(const std::string& text) {
  const auto read = formula::parse_expression(text);
  const auto* error = std::get_if<formula::ExpressionError>(&read);
  return error == nullptr ? "no mistake" : std::to_string(error->column) + ": " + error->problem + "; " + error->remedy;
}

TEST(Expression, OperatorsBindAsInPython) {
  EXPECT_EQ(value("1 + 2 * 3"), 7);
  EXPECT_EQ(value("(1 + 2) * 3"), 9);
  EXPECT_EQ(value("8 - 4 - 2"), 2);
  EXPECT_EQ(value("8 / 4 / 2"), 1);
  EXPECT_EQ(value("2 ** 3 ** 2"), 512);
  EXPECT_EQ(value("-2 ** 2"), -4);
  EXPECT_EQ(value("2 ** -1"), 0.5F);
  EXPECT_EQ(value("2 * -3"), -6);
  EXPECT_EQ(value("- - 3"), 3);
  EXPECT_EQ(value("+3"), 3);
  EXPECT_EQ(value("1 + 1 < 3"), 1);
  EXPECT_EQ(value("not 1 < 2"), 0);
  EXPECT_EQ(value("not 0 and 0"), 0);
  EXPECT_EQ(value("1 or 0 and 0"), 1);
  EXPECT_EQ(value("1.5e1 + .5"), 15.5F);
}

TEST(Expression, ComparisonsGiveOneOrZero) {
  EXPECT_EQ(value("a < b", {1, 2}), 1);
  EXPECT_EQ(value("a <= b", {2, 2}), 1);
  EXPECT_EQ(value("a > b", {1, 2}), 0);
  EXPECT_EQ(value("a >= b", {1, 2}), 0);
  EXPECT_EQ(value("a == b", {2, 2}), 1);
  EXPECT_EQ(value("a != b", {2, 2}), 0);
  EXPECT_EQ(value("a or b", {0, -3}), 1);
  EXPECT_EQ(value("a and b", {0, -3}), 0);
}

TEST(Expression, FunctionsHaveTheirTextbookValues) {
  EXPECT_EQ(value("where(a, 10, 20)", {1}), 10);
  EXPECT_EQ(value("where(a, 10, 20)", {0}), 20);
  EXPECT_EQ(value("min(a, 3, -1)", {7}), -1);
  EXPECT_EQ(value("max(a, 3)", {7}), 7);
  EXPECT_EQ(value("abs(a)", {-7}), 7);
  EXPECT_EQ(value("sqrt(a)", {16}), 4);
  EXPECT_EQ(value("floor(a) + ceil(a)", {-1.5F}), -3);
  EXPECT_EQ(value("pow(a, 10)", {2}), 1024);
  EXPECT_EQ(value("log10(a)", {1000}), 3);
  EXPECT_EQ(value("exp(a)", {0}), 1);
  EXPECT_FLOAT_EQ(value("log(a)", {10}), 2.3025851F);
  EXPECT_FLOAT_EQ(value("sin(a * pi / 6)", {1}), 0.5F);
  EXPECT_FLOAT_EQ(value("cos(a * pi / 3)", {1}), 0.5F);
  EXPECT_FLOAT_EQ(value("tan(a * pi / 4)", {1}), 1);
  EXPECT_FLOAT_EQ(value("asin(a)", {0.5F}), 0.52359878F);
  EXPECT_FLOAT_EQ(value("acos(a)", {0.5F}), 1.04719755F);
  EXPECT_FLOAT_EQ(value("4 * atan(a)", {1}), 3.14159265F);
  EXPECT_FLOAT_EQ(value("atan2(a, -1)", {1}), 2.35619449F);
  EXPECT_FLOAT_EQ(value("tanh(a)", {0.5F}), 0.46211716F);
  EXPECT_FLOAT_EQ(value("tanh(a)", {-20}), -1);
  EXPECT_FLOAT_EQ(value("tanh(a)", {1e-5F}), 1e-5F);
}

TEST(Expression, MissingValuesPassThrough) {
  for (const char* text :
       {"-a",    "a + 1",          "1 - a",     "a * 0",     "a / 2",  "a ** 0",   "a < 1",  "a != 1", "a and 0",     "1 or a",
        "not a", "where(a, 1, 2)", "min(a, 1)", "max(1, a)", "abs(a)", "floor(a)", "exp(a)", "sin(a)", "atan2(a, 1)", "tanh(a)"})
    EXPECT_TRUE(std::isnan(value(text, {nan}))) << text;
  EXPECT_EQ(value("where(a > 0, a, b)", {1, nan}), 1);
  EXPECT_TRUE(std::isnan(value("where(a > 0, a, b)", {-1, nan})));
}

TEST(Expression, UndefinedOperationsAreMissing) {
  for (const char* text : {"1 / a", "a / a", "a ** -1", "a ** -0.7", "log(a)", "log10(a)", "sqrt(a - 1)", "(a - 8) ** 0.3", "1 / 0"})
    EXPECT_TRUE(std::isnan(value(text, {0}))) << text;
}

TEST(Expression, SmallPowersAreProducts) {
  EXPECT_EQ(value("a ** 2", {-3}), 9);
  EXPECT_EQ(value("a ** 3", {-3}), -27);
  EXPECT_EQ(value("a ** 4", {-3}), 81);
  EXPECT_EQ(value("a ** 5", {-3}), -243);
  EXPECT_EQ(value("a ** 0.5", {9}), 3);
  EXPECT_EQ(value("a ** -1", {4}), 0.25F);
}

TEST(Expression, ReadsTheLargestFloat) {
  EXPECT_EQ(value("where(a < -3.4028234e38, 1, 2)", {-3.4028235e38F}), 2) << "both are the largest";
  EXPECT_EQ(value("where(a < -3.402823e38, 1, 2)", {-3.4028235e38F}), 1);
}

TEST(Expression, NamesComeInTheOrderOfTheFormula) {
  const auto read = formula::parse_expression("(N - R) / (N + R + B_1)");
  EXPECT_EQ(std::get<formula::Expression>(read).names, (std::vector<std::string>{"N", "R", "B_1"}));
}

TEST(Expression, ANameIsAFunctionOnlyBeforeAParenthesis) {
  EXPECT_EQ(value("max - min", {7, 2}), 5) << "as reduce_time names its layers";
  EXPECT_EQ(value("max(min, 3) + sqrt", {2, 10}), 13);
  const auto read = formula::parse_expression("max(max, min)");
  EXPECT_EQ(std::get<formula::Expression>(read).names, (std::vector<std::string>{"max", "min"}));
}

TEST(Expression, MistakesNameTheColumnAndTheRemedy) {
  EXPECT_EQ(mistake(""), "1: the formula is empty; write one, such as (N - R) / (N + R)");
  EXPECT_EQ(mistake("N -"), "4: expected a value but the formula ends; write the name of a layer, a number, a function or a parenthesis");
  EXPECT_EQ(mistake("2N + 1"), "2: expected an operator but found 'N'; put an operator such as * between the two values");
  EXPECT_EQ(mistake("(N - R"), "7: expected ')' but the formula ends; close the parenthesis of column 1");
  EXPECT_EQ(mistake("N ^ 2"), "3: '^' is not an operator of formulas; use ** for powers");
  EXPECT_EQ(mistake("sqr(N)"), "1: unknown function 'sqr'; did you mean 'sqrt'?");
  EXPECT_EQ(mistake("where(N, 1)"), "1: where does not take 2 arguments; write where(condition, value, other)");
  EXPECT_EQ(mistake("0 < N < 1"), "7: comparisons cannot be chained; join two of them with 'and'");
  EXPECT_EQ(mistake("N = 1"), "3: '=' is not an operator of formulas; use == to compare");
  EXPECT_EQ(mistake("N && R"), "3: '&&' is not an operator of formulas; use and");
  EXPECT_EQ(mistake("N $ R"), "3: '$' does not belong in a formula; use names of layers, numbers, + - * / **, comparisons and functions");
  EXPECT_EQ(mistake("N \xC3\x97 R"),
            "3: a character that is not ASCII does not belong in a formula; use names of layers, numbers, + - * / **, "
            "comparisons and functions");
  EXPECT_EQ(mistake("1e999 * N"), "1: 1e999 is out of range; use a number that a 32-bit float can hold");
  EXPECT_EQ(mistake("3.4028237e38 * N"), "1: 3.4028237e38 is out of range; use a number that a 32-bit float can hold");
  EXPECT_EQ(mistake("N and or"), "7: expected a value but found 'or'; write the name of a layer, a number, a function or a parenthesis");
  EXPECT_EQ(mistake("max(N)"), "1: max does not take 1 argument; write max(a, b, ...)");
}

TEST(Expression, IsBounded) {
  const std::string deep = std::string(65, '(') + "N" + std::string(65, ')');
  EXPECT_EQ(mistake(deep), "66: the formula is nested deeper than 64 levels; split it into several steps");
  EXPECT_EQ(mistake(std::string(64, '(') + "N" + std::string(64, ')')), "no mistake");
  EXPECT_EQ(mistake(std::string(100, '-') + "N"), "66: the formula is nested deeper than 64 levels; split it into several steps");
  std::string wide = "N";
  for (int i = 0; i < 300; ++i) wide += "+N";
  // 256 names and 255 sums are 511 parts; the next name is the last part, the sum over it one too many.
  EXPECT_EQ(mistake(wide), "514: the formula has more than 512 parts; split it into several steps");
  EXPECT_EQ(mistake(std::string(4097, ' ')), "4097: the formula is longer than 4096 characters; split it into several steps");
}

TEST(Program, ComputesCommonPartsOnce) {
  const formula::Formula a{std::get<formula::Expression>(formula::parse_expression("(N - R) / (N + R)")), {}};
  const formula::Formula b{std::get<formula::Expression>(formula::parse_expression("N * ((N - R) / (N + R))")), {}};
  const std::vector both = {a, b};
  EXPECT_EQ(formula::Program({&a, 1}).size(), 3);
  EXPECT_EQ(formula::Program(both).size(), 4);
  const formula::Formula constant{std::get<formula::Expression>(formula::parse_expression("N * (2 * g + sqrt(16))")), {{"g", 3}}};
  const formula::Program program({&constant, 1});
  EXPECT_EQ(program.size(), 1);
  EXPECT_EQ(program.layers(), std::vector<std::string>{"N"});
}

/// A random formula over a, b and c together with its value by plain recursion.
struct Guess {
  std::string text;
  float value;
};

Guess guess(std::mt19937& random, const std::vector<float>& layers, int depth) {
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  if (depth == 0 || pick(6) == 0) {
    if (pick(3) == 0) {
      const unsigned whole = pick(9) + 1;
      return {std::to_string(whole), static_cast<float>(whole)};
    }
    const unsigned layer = pick(3);
    return {std::string(1, static_cast<char>('a' + layer)), layers[layer]};
  }
  const Guess x = guess(random, layers, depth - 1), y = guess(random, layers, depth - 1);
  const bool known = !std::isnan(x.value) && !std::isnan(y.value);
  switch (pick(8)) {
    case 0: return {"(" + x.text + " + " + y.text + ")", x.value + y.value};
    case 1: return {"(" + x.text + " - " + y.text + ")", x.value - y.value};
    case 2: return {x.text + " * " + y.text, x.value * y.value};
    case 3: return {"((" + x.text + ") / (" + y.text + "))", y.value == 0 ? nan : x.value / y.value};
    case 4: return {"min(" + x.text + ", " + y.text + ")", known ? std::min(x.value, y.value) : nan};
    case 5: return {"(" + x.text + " < " + y.text + ")", known ? (x.value < y.value ? 1.0F : 0.0F) : nan};
    case 6: return {"-(" + x.text + ")", -x.value};
    default: return {"where(" + x.text + ", " + y.text + ", 7)", std::isnan(x.value) ? nan : x.value != 0 ? y.value : 7};
  }
}

TEST(Program, AgreesWithRecursionOnRandomFormulas) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::vector<float> layers;
    for (int i = 0; i < 3; ++i) layers.push_back(random() % 8 == 0 ? nan : static_cast<float>(random() % 7) - 3);
    const Guess wanted = guess(random, layers, 4);
    auto read = formula::parse_expression(wanted.text);
    ASSERT_TRUE(std::holds_alternative<formula::Expression>(read)) << wanted.text << mistake(wanted.text);
    std::vector<float> named;
    for (const auto& name : std::get<formula::Expression>(read).names) named.push_back(layers[static_cast<std::size_t>(name[0] - 'a')]);
    EXPECT_TRUE(same(value(wanted.text, named), wanted.value)) << wanted.text << " is " << value(wanted.text, named);
  }
}

TEST(Program, IsTheSameOnEveryCpuAndInWideRows) {
  const auto process = kernel("expression", {set("formula", "where(a > b, exp(a) * sin(b), atan2(a, b)) + log(abs(a)) ** 1.7 + tanh(b)")});
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  OwnedBlock a(2, {3, 1100}), b(2, {3, 1100});
  for (Index t = 0; t < 2; ++t)
    for (Index r = 0; r < 3; ++r)
      for (Index c = 0; c < 1100; ++c) a(t, r, c) = random() % 9 == 0 ? nan : normal(random), b(t, r, c) = normal(random);
  const auto wanted = run(*process, {a.view(), b.view()});
  const CpuLevel machine = cpu_level();
  for (const CpuLevel level : {CpuLevel::v3, CpuLevel::v2}) {
    set_cpu_level(level);
    const auto got = run(*process, {a.view(), b.view()});
    for (Index t = 0; t < 2; ++t)
      for (Index r = 0; r < 3; ++r)
        for (Index c = 0; c < 1100; ++c) ASSERT_TRUE(same(got[0](t, r, c), wanted[0](t, r, c))) << t << " " << r << " " << c;
  }
  set_cpu_level(machine);
}

TEST(ExpressionProcess, TakesTheLayersThatItNames) {
  const auto process = kernel("expression", {set("formula", "S1 / N + S1")});
  EXPECT_EQ(process->bands(), (std::vector<std::string>{"S1", "N"}));
  const auto s1 = row_of({6, 1, nan}), n = row_of({3, 0, 1});
  expect_pixels(run(*process, {s1.view(), n.view()})[0].view(), {8, nan, nan});
}

TEST(ExpressionProcess, RefusesBadFormulas) {
  EXPECT_EQ(complaint("expression", {set("formula", "N ^ 2")}),
            "formula: column 3 of the formula: '^' is not an operator of formulas; use ** for powers");
  EXPECT_EQ(complaint("expression", {set("formula", "1 + 1")}), "formula: the formula names no layer; name at least one layer of data");
}

}  // namespace
}  // namespace terroir::test
