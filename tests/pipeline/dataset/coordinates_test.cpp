#include "pipeline/dataset/coordinates.h"

#include "tests/pipeline/adapters/file_output.h"

#include <gmock/gmock.h>

#include <cstring>
#include <map>

namespace terroir::test {
namespace {

using testing::ElementsAre;

/// The coordinates of a plan's only output, by name.
std::map<std::string, Coordinate> coordinates(const Plan& plan) {
  NoCrs crs;
  std::map<std::string, Coordinate> out;
  for (auto& one : coordinates_of(plan, plan.outputs[0], crs, {})) out[one.variable.name] = one;
  return out;
}

std::vector<std::int64_t> integers(const Coordinate& coordinate) {
  std::vector<std::int64_t> out(coordinate.content.size() / sizeof(std::int64_t));
  std::memcpy(out.data(), coordinate.content.data(), coordinate.content.size());
  return out;
}

Plan two_days(Format format) {
  Plan plan = small_plan(format, "out");
  add_array(plan, "t", 2);
  plan.axes[0].bounds = {{-43200, 43200}, {43200, 129600}};
  return plan;
}

TEST(Coordinates, TimesHaveBoundsOfTheirUnitAndType) {
  for (const Format format : {Format::zarr, Format::netcdf}) {
    const auto found = coordinates(two_days(format));
    EXPECT_EQ(found.at("time").variable.attributes["bounds"], "time_bnds");
    const Coordinate& bounds = found.at("time_bnds");
    EXPECT_EQ(bounds.variable.type, found.at("time").variable.type);
    EXPECT_THAT(bounds.variable.dimensions, ElementsAre("time", "bnds"));
    EXPECT_THAT(bounds.variable.shape, ElementsAre(2, 2));
    EXPECT_THAT(bounds.variable.chunk, ElementsAre(2, 2));
    EXPECT_THAT(integers(bounds), ElementsAre(-43200, 43200, 43200, 129600));
    EXPECT_TRUE(bounds.variable.attributes.empty()) << "they are those of the coordinate";
  }
}

TEST(Coordinates, TimesWithoutBoundsNameNone) {
  Plan plan = two_days(Format::netcdf);
  plan.axes[0].bounds.clear();
  const auto found = coordinates(plan);
  EXPECT_FALSE(found.at("time").variable.attributes.contains("bounds"));
  EXPECT_EQ(found.count("time_bnds"), 0U);
  EXPECT_EQ(found.count("x_bnds"), 1U);
}

TEST(Coordinates, AnOutputWithoutTimeHasNoBoundsOfTime) {
  Plan plan = two_days(Format::zarr);
  plan.outputs[0].arrays.clear();
  add_array(plan, "flat");
  EXPECT_EQ(coordinates(plan).count("time_bnds"), 0U);
}

}  // namespace
}  // namespace terroir::test
