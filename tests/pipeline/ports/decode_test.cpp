#include "pipeline/ports/decode.h"

#include "kernels/cpu_level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace terroir {
namespace {

/// Decoded numbers; NaN shows as -1e9, which none of these tests decodes to.
template <class T>
std::vector<float> decoded(SampleType type, const std::vector<T>& stored, const Decoding& decoding = {}, bool exact = true) {
  std::vector<float> out(stored.size());
  EXPECT_EQ(decodes_exactly(type, decoding, stored.data(), static_cast<Index>(stored.size())), exact);
  decode(type, decoding, stored.data(), static_cast<Index>(stored.size()), out.data());
  for (float& value : out)
    if (std::isnan(value)) value = -1e9f;
  return out;
}

constexpr float hole = -1e9f;

Decoding nodata(double value) { return {value, 1, 0, std::nullopt, false}; }

TEST(Decode, EveryTypeKeepsItsNumbers) {
  EXPECT_EQ(decoded<std::uint8_t>(SampleType::uint8, {0, 255}), (std::vector<float>{0, 255}));
  EXPECT_EQ(decoded<std::int8_t>(SampleType::int8, {-128, 127}), (std::vector<float>{-128, 127}));
  EXPECT_EQ(decoded<std::uint16_t>(SampleType::uint16, {0, 65535}), (std::vector<float>{0, 65535}));
  EXPECT_EQ(decoded<std::int16_t>(SampleType::int16, {-32768, 32767}), (std::vector<float>{-32768, 32767}));
  EXPECT_EQ(decoded<std::uint32_t>(SampleType::uint32, {0, 16777216}), (std::vector<float>{0, 16777216}));
  EXPECT_EQ(decoded<std::int32_t>(SampleType::int32, {-16777216, 16777216}), (std::vector<float>{-16777216, 16777216}));
  EXPECT_EQ(decoded<std::int64_t>(SampleType::int64, {-16777216, 7}), (std::vector<float>{-16777216, 7}));
  EXPECT_EQ(decoded<std::uint64_t>(SampleType::uint64, {7}), (std::vector<float>{7}));
  EXPECT_EQ(decoded<float>(SampleType::float32, {0.1f, std::numeric_limits<float>::infinity()}),
            (std::vector<float>{0.1f, std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(decoded<double>(SampleType::float64, {0.1, 7}), (std::vector<float>{0.1f, 7}));
  EXPECT_EQ(decoded<double>(SampleType::float64, {1e300}, {}, false), (std::vector<float>{std::numeric_limits<float>::infinity()}));
}

TEST(Decode, NodataIsAHole) {
  EXPECT_EQ(decoded<std::uint8_t>(SampleType::uint8, {0, 1, 255}, nodata(255)), (std::vector<float>{0, 1, hole}));
  EXPECT_EQ(decoded<std::int16_t>(SampleType::int16, {-9999, 1}, nodata(-9999)), (std::vector<float>{hole, 1}));
  EXPECT_EQ(decoded<std::int64_t>(SampleType::int64, {std::numeric_limits<std::int64_t>::min(), 1}, nodata(-9223372036854775808.0)),
            (std::vector<float>{hole, 1}));
  EXPECT_EQ(decoded<float>(SampleType::float32, {-99.99f, 1, std::nanf("")}, nodata(-99.99)), (std::vector<float>{hole, 1, hole}));
  EXPECT_EQ(decoded<double>(SampleType::float64, {-99.99, 1}, nodata(-99.99)), (std::vector<float>{hole, 1}));
}

TEST(Decode, NodataOf64BitsIsFoundBehindTheDoubleThatTellsIt) {
  using Signed = std::numeric_limits<std::int64_t>;
  // The default of NetCDF, -9223372036854775806, is -2^63 as a double; the greatest integers are 2^63 and 2^64.
  EXPECT_EQ(decoded<std::int64_t>(SampleType::int64, {Signed::min() + 2, 1}, nodata(-9223372036854775806.0)),
            (std::vector<float>{hole, 1}));
  EXPECT_EQ(decoded<std::int64_t>(SampleType::int64, {Signed::max(), 1}, nodata(9223372036854775807.0)), (std::vector<float>{hole, 1}));
  EXPECT_EQ(decoded<std::uint64_t>(SampleType::uint64, {std::numeric_limits<std::uint64_t>::max(), 1}, nodata(18446744073709551615.0)),
            (std::vector<float>{hole, 1}));
  EXPECT_EQ(decoded<std::uint64_t>(SampleType::uint64, {0, 1}, nodata(-9223372036854775808.0)), (std::vector<float>{0, 1}));
}

TEST(Decode, ASecondNodataValueAndAValidRange) {
  Decoding both = nodata(-32768);
  both.missing = -999;
  EXPECT_EQ(decoded<std::int16_t>(SampleType::int16, {-32768, -999, -998, 5}, both), (std::vector<float>{hole, hole, -998, 5}));
  both.valid = {-5, 200};
  EXPECT_EQ(decoded<std::int16_t>(SampleType::int16, {-998, -6, -5, 200, 201}, both), (std::vector<float>{hole, hole, -5, 200, hole}));
  both.scale = 0.5;
  EXPECT_EQ(decoded<float>(SampleType::float32, {-999, 201, 3, std::nanf("")}, both), (std::vector<float>{hole, hole, 1.5f, hole}));
  Decoding open;
  open.valid = {0, std::numeric_limits<double>::infinity()};
  EXPECT_EQ(decoded<std::uint8_t>(SampleType::uint8, {0, 255}, open), (std::vector<float>{0, 255}));
  EXPECT_EQ(decoded<std::int8_t>(SampleType::int8, {-1, 127}, open), (std::vector<float>{hole, 127}));
}

TEST(Decode, NodataThatTheTypeCannotHoldHidesNothing) {
  EXPECT_EQ(decoded<std::uint8_t>(SampleType::uint8, {0, 241, 255}, nodata(-9999)), (std::vector<float>{0, 241, 255}));
  EXPECT_EQ(decoded<std::uint8_t>(SampleType::uint8, {0, 1}, nodata(0.5)), (std::vector<float>{0, 1}));
  EXPECT_EQ(decoded<std::int32_t>(SampleType::int32, {0, 1}, nodata(std::nan(""))), (std::vector<float>{0, 1}));
  EXPECT_EQ(decoded<float>(SampleType::float32, {0, 3e38f}, nodata(1e300)), (std::vector<float>{0, 3e38f}));
}

TEST(Decode, TheLowestFloatIsWrittenInManyWays) {
  const float lowest = std::numeric_limits<float>::lowest();
  for (const double text : {-3.4028234663852886e38, -3.40282346638529e38, -3.402823e38, -3.4028235e38})
    EXPECT_EQ(decoded<float>(SampleType::float32, {lowest, -3e38f, 0}, nodata(text)), (std::vector<float>{hole, -3e38f, 0})) << text;
  EXPECT_EQ(decoded<float>(SampleType::float32, {-3.4e38f, 388}, nodata(-3.4e38)), (std::vector<float>{hole, 388}));
}

TEST(Decode, ScaleAndOffsetAreAppliedInDouble) {
  const Decoding celsius{-32768, 0.01, 273.15, std::nullopt, false};
  EXPECT_EQ(decoded<std::int16_t>(SampleType::int16, {-32768, 0, 1234}, celsius),
            (std::vector<float>{hole, static_cast<float>(273.15), static_cast<float>(1234 * 0.01 + 273.15)}));
  const Decoding packed{std::nullopt, 1e-7, 0, std::nullopt, false};
  EXPECT_EQ(decoded<std::int32_t>(SampleType::int32, {1800000000}, packed), (std::vector<float>{180}))
      << "scaled numbers are rounded, not refused";
}

TEST(Decode, ACategoryKeepsItsNumber) {
  const Decoding classes{0, 0.5, 10, std::nullopt, true};
  EXPECT_EQ(decoded<std::uint8_t>(SampleType::uint8, {0, 4}, classes), (std::vector<float>{hole, 4}));
}

TEST(Decode, BitsAreExtractedBehindNodata) {
  const Decoding middle{1, 1, 0, std::pair(2, 3), false};
  EXPECT_EQ(decoded<std::uint16_t>(SampleType::uint16, {0b11100, 0b100, 1, 0b11}, middle), (std::vector<float>{3, 1, hole, 0}));
  const Decoding sign{std::nullopt, 1, 0, std::pair(15, 15), false};
  EXPECT_EQ(decoded<std::int16_t>(SampleType::int16, {-1, 1}, sign), (std::vector<float>{1, 0}));
  const Decoding high{std::nullopt, 2, 1, std::pair(60, 63), false};
  EXPECT_EQ(decoded<std::uint64_t>(SampleType::uint64, {0xf000000000000000u, 5}, high), (std::vector<float>{31, 1}));
}

TEST(Decode, IntegersThatLoseDigitsAreReported) {
  EXPECT_EQ(decoded<std::int32_t>(SampleType::int32, {-16777217, 1}, {}, false)[1], 1);
  decoded<std::uint32_t>(SampleType::uint32, {16777217}, {}, false);
  decoded<std::int64_t>(SampleType::int64, {std::numeric_limits<std::int64_t>::min()}, {}, false);
  decoded<std::int32_t>(SampleType::int32, {-2147483647, 1}, nodata(-2147483647), true);
  // With NaN where a mask hides them.
  EXPECT_EQ(decoded<double>(SampleType::float64, {std::nan(""), -16777216}), (std::vector<float>{hole, -16777216}));
  EXPECT_EQ(decoded<double>(SampleType::float64, {std::nan(""), -16777217}, {}, false)[0], hole);
  EXPECT_EQ(decoded<double>(SampleType::float64, {4294967295, 16777216}, nodata(4294967295), true)[1], 16777216);
}

TEST(Decode, DoublesThatWouldBecomeInfiniteAreFound) {
  constexpr double infinity = std::numeric_limits<double>::infinity(), greatest = std::numeric_limits<float>::max();
  const auto in_range = [](std::vector<double> stored, const Decoding& decoding = {}) {
    stored.insert(stored.begin(), 37, 1.5);  // behind whole vectors
    return decodes_in_range(decoding, stored.data(), static_cast<Index>(stored.size()));
  };
  EXPECT_TRUE(in_range({infinity, -infinity, std::nan(""), greatest, -greatest, 3.4028235e38}));
  EXPECT_FALSE(in_range({3.4028236e38}));
  EXPECT_FALSE(in_range({-1.7976931348623157e308}));
  EXPECT_TRUE(in_range({-1.7976931348623157e308}, nodata(-1.7976931348623157e308)));
  EXPECT_TRUE(in_range({1e50}, {std::nullopt, 1e-40, 0, std::nullopt, false}));
  EXPECT_FALSE(in_range({1e20}, {std::nullopt, 1e20, 0, std::nullopt, false}));
  EXPECT_FALSE(in_range({1e300}, {std::nullopt, 1e10, 0, std::nullopt, false}));
  Decoding limited;
  limited.valid = {0, 100};
  EXPECT_TRUE(in_range({1e300, -1e300}, limited));
}

TEST(Decode, CpuLevelsAgree) {
  std::mt19937 random(3);
  std::vector<std::uint16_t> stored(1003);
  for (auto& value : stored) value = static_cast<std::uint16_t>(random() % 5000);
  const Decoding scaled{42, 0.0001, -0.1, std::nullopt, false};
  const CpuLevel best = cpu_level();
  const auto first = decoded(SampleType::uint16, stored, scaled);
  for (const CpuLevel level : {CpuLevel::v3, CpuLevel::v2}) {
    set_cpu_level(level);
    EXPECT_EQ(decoded(SampleType::uint16, stored, scaled), first);
  }
  set_cpu_level(best);
}

TEST(Decode, NamesOfTypes) {
  for (const std::string name : {"uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"})
    EXPECT_EQ(dtype_name(*sample_type(name)), name);
  EXPECT_FALSE(sample_type("complex64"));
  EXPECT_TRUE(exact_in_float32("int16"));
  EXPECT_TRUE(exact_in_float32("float32"));
  EXPECT_FALSE(exact_in_float32("int32"));
  EXPECT_FALSE(exact_in_float32("float64"));
  EXPECT_EQ(sample_bytes(SampleType::int64), 8u);
}

TEST(ReadError, NamesFileBandsAndWindow) {
  const std::vector<int> bands = {0, 2};
  const Error error = read_error(Fault::data, "a.tif", bands, {10, 20, 5, 7}, "why");
  EXPECT_STREQ(error.what(), "a.tif: bands 1, 3, rows 10 to 14, columns 20 to 26: why");
  EXPECT_EQ(error.fault(), Fault::data);
}

}  // namespace
}  // namespace terroir
