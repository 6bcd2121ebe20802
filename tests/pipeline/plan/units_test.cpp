#include "pipeline/plan/units.h"

#include <gtest/gtest.h>

#include <map>

namespace terroir {
namespace {

/// Conversions that a test names; units are known that occur in one.
class Table final : public UnitConverter {
 public:
  explicit Table(std::map<std::pair<std::string, std::string>, UnitMap> maps) : maps_(std::move(maps)) {}
  bool knows(const std::string& unit) override {
    for (const auto& [units, map] : maps_)
      if (units.first == unit || units.second == unit) return true;
    return false;
  }
  std::optional<UnitMap> map(const std::string& from, const std::string& to) override {
    const auto found = maps_.find({from, to});
    return found == maps_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::pair<std::string, std::string>, UnitMap> maps_;
};

BandFacts in(const std::string& unit) {
  BandFacts band;
  band.unit = unit;
  return band;
}

TEST(Units, AreConvertedWhereBothAreKnown) {
  Table table({{{"K", "degC"}, {1, -273.15}}});
  const UnitChoice choice = choose_unit(in("K"), {"", "degC"}, table);
  EXPECT_EQ(choice.unit, "degC");
  EXPECT_EQ(choice.map, (UnitMap{1, -273.15}));
  EXPECT_FALSE(choice.problem || choice.warning);
}

TEST(Units, StayAsTheyAreWithoutAWish) {
  Table table({});
  EXPECT_EQ(choose_unit(in("furball"), {"", ""}, table).unit, "furball");
  EXPECT_EQ(choose_unit(in(""), {"", "m"}, table).unit, "m");
  EXPECT_EQ(choose_unit(in("m"), {"", "m"}, table).map, UnitMap{});
  EXPECT_FALSE(choose_unit(in("furball"), {"", ""}, table).problem);
}

TEST(Units, WhatTheFieldWritesIsUnderstoodWithAWarning) {
  Table table({{{"degC", "K"}, {1, 273.15}}});
  const UnitChoice choice = choose_unit(in("C"), {"", "K"}, table);
  EXPECT_EQ(choice.map, (UnitMap{1, 273.15}));
  ASSERT_TRUE(choice.warning);
  EXPECT_EQ(choice.warning->first, "'C' is taken for degC");
  EXPECT_EQ(choose_unit(in("C"), {"", ""}, table).unit, "degC");
}

TEST(Units, TheRecipeSaysWhatTheyReallyAre) {
  Table table({{{"mm s-1", "mm d-1"}, {86400, 0}}});
  EXPECT_EQ(choose_unit(in("kg m-2 s-1"), {"mm s-1", "mm d-1"}, table).map, (UnitMap{86400, 0}));
  const UnitChoice unknown = choose_unit(in("K"), {"furball", ""}, table);
  ASSERT_TRUE(unknown.problem);
  EXPECT_EQ(unknown.problem->first, "UDUNITS knows no unit 'furball'");
}

TEST(Units, WhyThereIsNoWayIsTold) {
  Table table({{{"(mm) s-1", "mm d-1"}, {86400, 0}},
               {{"mm", "m"}, {0.001, 0}},
               {{"(kg m-2 s-1) m3 (1000 kg)-1", "mm d-1"}, {86400000, 0}},
               {{"kg m-2 s-1", "kg m-2 s-1"}, {}},
               {{"mm/m", "1"}, {0.001, 0}}});
  const auto remedy = [&](const std::string& from) { return choose_unit(in(from), {"", "mm d-1"}, table).problem.value().second; };
  EXPECT_NE(remedy("mm").find("differ by the length of a step"), std::string::npos);
  EXPECT_NE(remedy("kg m-2 s-1").find("1 kg m-2 of water is 1 mm"), std::string::npos);
  EXPECT_NE(remedy("mm/m").find("a plain ratio"), std::string::npos);
  EXPECT_NE(remedy("furball").find("say what it is with unit_as"), std::string::npos);
}

}  // namespace
}  // namespace terroir
