#include "pipeline/job/python_scalar.h"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace terroir {
namespace {

using ScalarKind = PythonScalar::Kind;

struct Vector {
  std::string written;
  ScalarKind kind;
  std::string printed;
};

void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.written; }

class PlainScalar : public testing::TestWithParam<Vector> {};

TEST_P(PlainScalar, IsWhatPyYamlReadsAndPythonPrints) {
  const PythonScalar scalar = python_scalar(GetParam().written, true);
  EXPECT_EQ(scalar.kind, GetParam().kind);
  EXPECT_EQ(scalar.text, GetParam().printed);
}

// Printed by str(yaml.safe_load("a: " + written)["a"]) of Python 3.11 with PyYAML 6.0; dates and what it cannot read, as written.
INSTANTIATE_TEST_SUITE_P(Python, PlainScalar,
                         testing::ValuesIn(std::vector<Vector>{
                             {"yes", ScalarKind::boolean, "True"},
                             {"YES", ScalarKind::boolean, "True"},
                             {"yEs", ScalarKind::text, "yEs"},
                             {"y", ScalarKind::text, "y"},
                             {"n", ScalarKind::text, "n"},
                             {"on", ScalarKind::boolean, "True"},
                             {"Off", ScalarKind::boolean, "False"},
                             {"tRUE", ScalarKind::text, "tRUE"},
                             {"true", ScalarKind::boolean, "True"},
                             {"False", ScalarKind::boolean, "False"},
                             {"NO", ScalarKind::boolean, "False"},
                             {"0", ScalarKind::integer, "0"},
                             {"-0", ScalarKind::integer, "0"},
                             {"+5", ScalarKind::integer, "5"},
                             {"007", ScalarKind::integer, "7"},
                             {"08", ScalarKind::text, "08"},
                             {"010", ScalarKind::integer, "8"},
                             {"-010", ScalarKind::integer, "-8"},
                             {"0o10", ScalarKind::text, "0o10"},
                             {"0x1F", ScalarKind::integer, "31"},
                             {"-0x1f", ScalarKind::integer, "-31"},
                             {"0xg", ScalarKind::text, "0xg"},
                             {"0b101", ScalarKind::integer, "5"},
                             {"0b12", ScalarKind::text, "0b12"},
                             {"1_000", ScalarKind::integer, "1000"},
                             {"1__0", ScalarKind::integer, "10"},
                             {"_1", ScalarKind::text, "_1"},
                             {"1_", ScalarKind::integer, "1"},
                             {"0_", ScalarKind::integer, "0"},
                             {"0b_", ScalarKind::unreadable, "0b_"},
                             {"0x_", ScalarKind::unreadable, "0x_"},
                             {"123456789012345678901234567890", ScalarKind::integer, "123456789012345678901234567890"},
                             {"0xffffffffffffffffffff", ScalarKind::integer, "1208925819614629174706175"},
                             {"1:30", ScalarKind::integer, "90"},
                             {"-1:30", ScalarKind::integer, "-90"},
                             {"190:20:30", ScalarKind::integer, "685230"},
                             {"12345678901234567890:00", ScalarKind::integer, "740740734074074073400"},
                             {"0:30", ScalarKind::text, "0:30"},
                             {"1:60", ScalarKind::text, "1:60"},
                             {"1:5", ScalarKind::integer, "65"},
                             {"0.10", ScalarKind::number, "0.1"},
                             {"10.0", ScalarKind::number, "10.0"},
                             {"1.", ScalarKind::number, "1.0"},
                             {"1._", ScalarKind::number, "1.0"},
                             {"1.e+5", ScalarKind::number, "100000.0"},
                             {"1.E+5", ScalarKind::number, "100000.0"},
                             {".5", ScalarKind::number, "0.5"},
                             {"-.5", ScalarKind::text, "-.5"},
                             {"+.5", ScalarKind::text, "+.5"},
                             {"1e5", ScalarKind::text, "1e5"},
                             {"1e-05", ScalarKind::text, "1e-05"},
                             {"1e+5", ScalarKind::text, "1e+5"},
                             {"1.5e3", ScalarKind::text, "1.5e3"},
                             {"1.5e+3", ScalarKind::number, "1500.0"},
                             {"0.1e+1_0", ScalarKind::text, "0.1e+1_0"},
                             {"1.0e+16", ScalarKind::number, "1e+16"},
                             {"1.0e-5", ScalarKind::number, "1e-05"},
                             {"1.0e+400", ScalarKind::number, "inf"},
                             {"1.0e-400", ScalarKind::number, "0.0"},
                             {"-0.0", ScalarKind::number, "-0.0"},
                             {"0.0001", ScalarKind::number, "0.0001"},
                             {"0.00001", ScalarKind::number, "1e-05"},
                             {"123456789.123456789", ScalarKind::number, "123456789.12345679"},
                             {"9007199254740993.0", ScalarKind::number, "9007199254740992.0"},
                             {"1_0.5", ScalarKind::number, "10.5"},
                             {"0.1_", ScalarKind::number, "0.1"},
                             {"685_230.15", ScalarKind::number, "685230.15"},
                             {"190:20:30.15", ScalarKind::number, "685230.15"},
                             {"0:30.5", ScalarKind::number, "30.5"},
                             {"-1:30.5", ScalarKind::number, "-90.5"},
                             {"1:30.", ScalarKind::number, "90.0"},
                             {"1:30.5e+3", ScalarKind::text, "1:30.5e+3"},
                             {"5.0e-324", ScalarKind::number, "5e-324"},
                             {"1.7976931348623157e+308", ScalarKind::number, "1.7976931348623157e+308"},
                             {"1234567890123456.0", ScalarKind::number, "1234567890123456.0"},
                             {"12345678901234567.0", ScalarKind::number, "1.2345678901234568e+16"},
                             {"0.30000000000000004", ScalarKind::number, "0.30000000000000004"},
                             {"1.0e+22", ScalarKind::number, "1e+22"},
                             {"100000000000000000000000.0", ScalarKind::number, "1e+23"},
                             {".inf", ScalarKind::number, "inf"},
                             {"-.INF", ScalarKind::number, "-inf"},
                             {"+.inf", ScalarKind::number, "inf"},
                             {".nan", ScalarKind::number, "nan"},
                             {"nan", ScalarKind::text, "nan"},
                             {"inf", ScalarKind::text, "inf"},
                             {"~", ScalarKind::null, "None"},
                             {"null", ScalarKind::null, "None"},
                             {"Null", ScalarKind::null, "None"},
                             {"nULL", ScalarKind::text, "nULL"},
                             {"2024-01-01", ScalarKind::date, "2024-01-01"},
                             {"2024-1-1", ScalarKind::text, "2024-1-1"},
                             {"2024-01-01T00:00:00Z", ScalarKind::date, "2024-01-01T00:00:00Z"},
                             {"2024-01-01 10:20:30.5 +01:00", ScalarKind::date, "2024-01-01 10:20:30.5 +01:00"},
                             {"2024-1-1 1:20", ScalarKind::text, "2024-1-1 1:20"},
                             {"abc", ScalarKind::text, "abc"},
                             {"a b", ScalarKind::text, "a b"},
                             {"=", ScalarKind::unreadable, "="},
                             {"<<", ScalarKind::unreadable, "<<"},
                             {"=5", ScalarKind::text, "=5"},
                             {"1.2.3", ScalarKind::text, "1.2.3"},
                             {"+", ScalarKind::text, "+"},
                             {".", ScalarKind::text, "."},
                             {"..", ScalarKind::text, ".."},
                             {"._", ScalarKind::text, "._"},
                             {"_", ScalarKind::text, "_"},
                             {"+_1", ScalarKind::text, "+_1"},
                         }));

TEST(PythonScalar, QuotesMakeText) {
  EXPECT_EQ(python_scalar("5", false).kind, ScalarKind::text);
  EXPECT_EQ(python_scalar("", false).kind, ScalarKind::text);
  EXPECT_EQ(python_scalar(Value::scalar("true", false)).text, "true");
  EXPECT_EQ(python_scalar(Value()).kind, ScalarKind::null);
  EXPECT_EQ(python_scalar(Value::list({})).kind, ScalarKind::unreadable);
}

TEST(PythonScalar, NumbersAreKnownByValue) {
  EXPECT_EQ(python_scalar("yes", true).number, 1);
  EXPECT_EQ(python_scalar("-0x10", true).number, -16);
  EXPECT_EQ(python_scalar("1.5e+3", true).number, 1500);
  EXPECT_EQ(python_scalar("1:30.25", true).number, 90.25);
}

TEST(PythonScalar, IntegersHaveAtMostTheDigitsThatPythonPrints) {
  EXPECT_EQ(python_scalar(std::string(4300, '1'), true).kind, ScalarKind::integer);
  EXPECT_EQ(python_scalar(std::string(4301, '1'), true).kind, ScalarKind::unreadable);
}

TEST(PythonScalar, TextBecomesAnIntegerAsByInt) {
  EXPECT_EQ(python_int(" +04\n"), "4");
  EXPECT_EQ(python_int("-1_000"), "-1000");
  EXPECT_EQ(python_int("-0"), "0");
  for (const char* text : {"", " ", "4.0", "0x4", "1__0", "_1", "1_", "- 1", "four", "+"}) EXPECT_FALSE(python_int(text)) << text;
}

}  // namespace
}  // namespace terroir
