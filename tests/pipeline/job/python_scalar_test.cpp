#include "pipeline/job/python_scalar.h"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace terroir {
namespace {

using Kind = PythonScalar::Kind;

struct Vector {
  std::string written;
  Kind kind;
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
                             {"yes", Kind::boolean, "True"},
                             {"YES", Kind::boolean, "True"},
                             {"yEs", Kind::text, "yEs"},
                             {"y", Kind::text, "y"},
                             {"n", Kind::text, "n"},
                             {"on", Kind::boolean, "True"},
                             {"Off", Kind::boolean, "False"},
                             {"tRUE", Kind::text, "tRUE"},
                             {"true", Kind::boolean, "True"},
                             {"False", Kind::boolean, "False"},
                             {"NO", Kind::boolean, "False"},
                             {"0", Kind::integer, "0"},
                             {"-0", Kind::integer, "0"},
                             {"+5", Kind::integer, "5"},
                             {"007", Kind::integer, "7"},
                             {"08", Kind::text, "08"},
                             {"010", Kind::integer, "8"},
                             {"-010", Kind::integer, "-8"},
                             {"0o10", Kind::text, "0o10"},
                             {"0x1F", Kind::integer, "31"},
                             {"-0x1f", Kind::integer, "-31"},
                             {"0xg", Kind::text, "0xg"},
                             {"0b101", Kind::integer, "5"},
                             {"0b12", Kind::text, "0b12"},
                             {"1_000", Kind::integer, "1000"},
                             {"1__0", Kind::integer, "10"},
                             {"_1", Kind::text, "_1"},
                             {"1_", Kind::integer, "1"},
                             {"0_", Kind::integer, "0"},
                             {"0b_", Kind::unreadable, "0b_"},
                             {"0x_", Kind::unreadable, "0x_"},
                             {"123456789012345678901234567890", Kind::integer, "123456789012345678901234567890"},
                             {"0xffffffffffffffffffff", Kind::integer, "1208925819614629174706175"},
                             {"1:30", Kind::integer, "90"},
                             {"-1:30", Kind::integer, "-90"},
                             {"190:20:30", Kind::integer, "685230"},
                             {"12345678901234567890:00", Kind::integer, "740740734074074073400"},
                             {"0:30", Kind::text, "0:30"},
                             {"1:60", Kind::text, "1:60"},
                             {"1:5", Kind::integer, "65"},
                             {"0.10", Kind::number, "0.1"},
                             {"10.0", Kind::number, "10.0"},
                             {"1.", Kind::number, "1.0"},
                             {"1._", Kind::number, "1.0"},
                             {"1.e+5", Kind::number, "100000.0"},
                             {"1.E+5", Kind::number, "100000.0"},
                             {".5", Kind::number, "0.5"},
                             {"-.5", Kind::text, "-.5"},
                             {"+.5", Kind::text, "+.5"},
                             {"1e5", Kind::text, "1e5"},
                             {"1e-05", Kind::text, "1e-05"},
                             {"1e+5", Kind::text, "1e+5"},
                             {"1.5e3", Kind::text, "1.5e3"},
                             {"1.5e+3", Kind::number, "1500.0"},
                             {"0.1e+1_0", Kind::text, "0.1e+1_0"},
                             {"1.0e+16", Kind::number, "1e+16"},
                             {"1.0e-5", Kind::number, "1e-05"},
                             {"1.0e+400", Kind::number, "inf"},
                             {"1.0e-400", Kind::number, "0.0"},
                             {"-0.0", Kind::number, "-0.0"},
                             {"0.0001", Kind::number, "0.0001"},
                             {"0.00001", Kind::number, "1e-05"},
                             {"123456789.123456789", Kind::number, "123456789.12345679"},
                             {"9007199254740993.0", Kind::number, "9007199254740992.0"},
                             {"1_0.5", Kind::number, "10.5"},
                             {"0.1_", Kind::number, "0.1"},
                             {"685_230.15", Kind::number, "685230.15"},
                             {"190:20:30.15", Kind::number, "685230.15"},
                             {"0:30.5", Kind::number, "30.5"},
                             {"-1:30.5", Kind::number, "-90.5"},
                             {"1:30.", Kind::number, "90.0"},
                             {"1:30.5e+3", Kind::text, "1:30.5e+3"},
                             {"5.0e-324", Kind::number, "5e-324"},
                             {"1.7976931348623157e+308", Kind::number, "1.7976931348623157e+308"},
                             {"1234567890123456.0", Kind::number, "1234567890123456.0"},
                             {"12345678901234567.0", Kind::number, "1.2345678901234568e+16"},
                             {"0.30000000000000004", Kind::number, "0.30000000000000004"},
                             {"1.0e+22", Kind::number, "1e+22"},
                             {"100000000000000000000000.0", Kind::number, "1e+23"},
                             {".inf", Kind::number, "inf"},
                             {"-.INF", Kind::number, "-inf"},
                             {"+.inf", Kind::number, "inf"},
                             {".nan", Kind::number, "nan"},
                             {"nan", Kind::text, "nan"},
                             {"inf", Kind::text, "inf"},
                             {"~", Kind::null, "None"},
                             {"null", Kind::null, "None"},
                             {"Null", Kind::null, "None"},
                             {"nULL", Kind::text, "nULL"},
                             {"2024-01-01", Kind::date, "2024-01-01"},
                             {"2024-1-1", Kind::text, "2024-1-1"},
                             {"2024-01-01T00:00:00Z", Kind::date, "2024-01-01T00:00:00Z"},
                             {"2024-01-01 10:20:30.5 +01:00", Kind::date, "2024-01-01 10:20:30.5 +01:00"},
                             {"2024-1-1 1:20", Kind::text, "2024-1-1 1:20"},
                             {"abc", Kind::text, "abc"},
                             {"a b", Kind::text, "a b"},
                             {"=", Kind::unreadable, "="},
                             {"<<", Kind::unreadable, "<<"},
                             {"=5", Kind::text, "=5"},
                             {"1.2.3", Kind::text, "1.2.3"},
                             {"+", Kind::text, "+"},
                             {".", Kind::text, "."},
                             {"..", Kind::text, ".."},
                             {"._", Kind::text, "._"},
                             {"_", Kind::text, "_"},
                             {"+_1", Kind::text, "+_1"},
                         }));

TEST(PythonScalar, QuotesMakeText) {
  EXPECT_EQ(python_scalar("5", false).kind, Kind::text);
  EXPECT_EQ(python_scalar("", false).kind, Kind::text);
  EXPECT_EQ(python_scalar(Value::scalar("true", false)).text, "true");
  EXPECT_EQ(python_scalar(Value()).kind, Kind::null);
  EXPECT_EQ(python_scalar(Value::list({})).kind, Kind::unreadable);
}

TEST(PythonScalar, NumbersAreKnownByValue) {
  EXPECT_EQ(python_scalar("yes", true).number, 1);
  EXPECT_EQ(python_scalar("-0x10", true).number, -16);
  EXPECT_EQ(python_scalar("1.5e+3", true).number, 1500);
  EXPECT_EQ(python_scalar("1:30.25", true).number, 90.25);
}

TEST(PythonScalar, IntegersHaveAtMostTheDigitsThatPythonPrints) {
  EXPECT_EQ(python_scalar(std::string(4300, '1'), true).kind, Kind::integer);
  EXPECT_EQ(python_scalar(std::string(4301, '1'), true).kind, Kind::unreadable);
}

TEST(PythonScalar, TextBecomesAnIntegerAsByInt) {
  EXPECT_EQ(python_int(" +04\n"), "4");
  EXPECT_EQ(python_int("-1_000"), "-1000");
  EXPECT_EQ(python_int("-0"), "0");
  for (const char* text : {"", " ", "4.0", "0x4", "1__0", "_1", "1_", "- 1", "four", "+"}) EXPECT_FALSE(python_int(text)) << text;
}

}  // namespace
}  // namespace terroir
