#include "pipeline/cf/packing.h"

#include "pipeline/error.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

CfVariable variable(SampleType type, std::vector<CfAttribute> attributes) { return {"t", {"y", "x"}, {1, 1}, type, std::move(attributes)}; }

TEST(CfPacking, FillAndMissingValuesBothCount) {
  const auto facts = band_facts(variable(SampleType::int16, {{"_FillValue", "", {-32768}}, {"missing_value", "", {-999}}}), "f.nc");
  EXPECT_EQ(facts.nodata, -32768);
  EXPECT_EQ(facts.missing, -999);
  const auto same = band_facts(variable(SampleType::int16, {{"_FillValue", "", {-999}}, {"missing_value", "", {-999}}}), "f.nc");
  EXPECT_EQ(same.missing, std::nullopt);
  EXPECT_THROW((void)band_facts(variable(SampleType::int16, {{"missing_value", "", {1, 2, 3}}}), "f.nc"), Error);
}

TEST(CfPacking, WithoutThemTheDefaultFillValueCountsButForBytes) {
  EXPECT_EQ(band_facts(variable(SampleType::int16, {}), "f.nc").nodata, -32767);
  EXPECT_EQ(band_facts(variable(SampleType::int8, {}), "f.nc").nodata, std::nullopt);
  CfVariable other = variable(SampleType::int16, {});
  other.default_filled = false;
  EXPECT_EQ(band_facts(other, "f.zarr").nodata, std::nullopt) << "only NetCDF has such values";
}

TEST(CfPacking, UnsignedNumbers) {
  const CfVariable v = variable(SampleType::int8, {{"_Unsigned", "true", {}}, {"_FillValue", "", {-1}}, {"valid_range", "", {0, -2}}});
  EXPECT_EQ(stored_type(v), SampleType::uint8);
  EXPECT_EQ(band_facts(v, "f.nc").nodata, 255);
  EXPECT_EQ(band_facts(v, "f.nc").valid, (std::pair<double, double>{0, 254}));
}

TEST(CfPacking, LimitsArePackedNumbersUnlessTheseCannotHoldThem) {
  const std::vector<CfAttribute> packing = {{"scale_factor", "", {0.5}}, {"add_offset", "", {10}}};
  auto whole = packing, broken = packing;
  whole.push_back({"valid_min", "", {-5}});
  broken.push_back({"valid_range", "", {10.5, 20.5}});
  const auto packed = band_facts(variable(SampleType::int16, whole), "f.nc").valid;
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->first, -5);
  EXPECT_EQ(band_facts(variable(SampleType::int16, broken), "f.nc").valid, (std::pair<double, double>{1, 21}));
}

}  // namespace
}  // namespace terroir
