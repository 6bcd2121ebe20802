#include "pipeline/plan/polygon_choice.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir::test {
namespace {

using Kind = VectorAttribute::Kind;
using ::testing::IsEmpty;
using ::testing::SizeIs;

VectorLayer parcels() {
  VectorLayer layer;
  layer.name = "parcels";
  layer.attributes = {{Kind::integer, "id"}, {Kind::real, "height"}, {Kind::text, "crop"}, {Kind::other, "day"}};
  return layer;
}

Feature with(std::vector<std::optional<AttributeValue>> values) { return {7, std::move(values), {}}; }

TEST(PolygonChoice, GivesEveryPolygonTheValueWithoutAnAttribute) {
  RasterizeSpec spec;
  spec.value = 2.5;
  const VectorLayer layer = parcels();
  const PolygonChoice choice(spec, layer);
  EXPECT_THAT(choice.attributes(), IsEmpty());
  EXPECT_EQ(choice.value_of(with({})), 2.5f);
}

TEST(PolygonChoice, AsksForEachAttributeOnce) {
  RasterizeSpec spec;
  spec.attribute = "height";
  spec.where = {{{}, "height", {"1", "2.5"}}, {{}, "crop", {"wheat"}}};
  const VectorLayer layer = parcels();
  const PolygonChoice choice(spec, layer);
  EXPECT_THAT(choice.attributes(), ::testing::ElementsAre("height", "crop"));
  EXPECT_EQ(choice.value_of(with({AttributeValue{2.5, ""}, AttributeValue{0, "wheat"}})), 2.5f);
  EXPECT_EQ(choice.value_of(with({AttributeValue{2.5, ""}, AttributeValue{0, "maize"}})), std::nullopt);
  EXPECT_EQ(choice.value_of(with({AttributeValue{3, ""}, AttributeValue{0, "wheat"}})), std::nullopt);
  EXPECT_EQ(choice.value_of(with({AttributeValue{1, ""}, std::nullopt})), std::nullopt);
}

TEST(PolygonChoice, TranslatesClassesAndLeavesOutOthers) {
  RasterizeSpec spec;
  spec.attribute = "crop";
  spec.classes = {{"wheat", 4}};
  const VectorLayer layer = parcels();
  const PolygonChoice choice(spec, layer);
  EXPECT_EQ(choice.value_of(with({AttributeValue{0, "wheat"}})), 4.0f);
  EXPECT_EQ(choice.value_of(with({AttributeValue{0, "maize"}})), std::nullopt);
}

TEST(PolygonChoice, RefusesIntegersThatAPixelCannotKeep) {
  RasterizeSpec spec;
  spec.attribute = "id";
  const VectorLayer layer = parcels();
  const PolygonChoice choice(spec, layer);
  EXPECT_EQ(choice.value_of(with({AttributeValue{16777216, "16777216"}})), 16777216.0f);
  EXPECT_THROW(static_cast<void>(choice.value_of(with({AttributeValue{16777217, "16777217"}}))), Error);
}

TEST(PolygonChoice, RefusesNumbersThatAPixelCannotKeep) {
  RasterizeSpec spec;
  spec.attribute = "height";
  const VectorLayer layer = parcels();
  const PolygonChoice choice(spec, layer);
  EXPECT_EQ(choice.value_of(with({AttributeValue{-3e38, "-3e38"}})), -3e38f);
  EXPECT_THROW(static_cast<void>(choice.value_of(with({AttributeValue{1e39, "1e39"}}))), Error);
}

TEST(PolygonChoice, ComplainsOfEachAttributeThatCannotBeUsed) {
  RasterizeSpec spec;
  spec.attribute = "crop";
  spec.where = {{{}, "kind", {"1"}}, {{}, "day", {"1"}}, {{}, "id", {"one"}}};
  const VectorLayer layer = parcels();
  const PolygonChoice choice(spec, layer);
  ASSERT_THAT(choice.complaints(), SizeIs(4));
  EXPECT_EQ(choice.complaints()[0].second.problem, "'crop' holds text, and pixels are numbers");
  EXPECT_EQ(choice.complaints()[1].first, "where.kind");
  EXPECT_EQ(choice.complaints()[1].second.remedy, "use id, height, crop or day");
  EXPECT_EQ(choice.complaints()[2].second.problem, "'day' holds neither numbers nor text");
  EXPECT_EQ(choice.complaints()[3].second.problem, "'id' holds integers, and 'one' is no number");
}

}  // namespace
}  // namespace terroir::test
