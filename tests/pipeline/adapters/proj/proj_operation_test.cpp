#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace terroir {
namespace {

TEST(ProjOperation, GoesThereAndBack) {
  ProjCrsReader reader;
  const MapPoint inside[] = {{600000, 5200000}};
  const auto operation = reader.operation(reader.read("EPSG:32632"), reader.read("EPSG:4326"), inside);
  // The central meridian of zone 32 on the equator; and what cs2cs gives for a point in the Alps.
  std::vector<MapPoint> points = {{500000, 0}, {600000, 5200000}};
  operation->forward(points);
  EXPECT_NEAR(points[0].x, 9, 1e-9);
  EXPECT_NEAR(points[0].y, 0, 1e-9);
  EXPECT_NEAR(points[1].x, 10.314031, 1e-6);
  EXPECT_NEAR(points[1].y, 46.945988, 1e-6);
  operation->inverse(points);
  EXPECT_NEAR(points[1].x, 600000, 1e-4);
  EXPECT_NEAR(points[1].y, 5200000, 1e-4);
  EXPECT_EQ(operation->name(), "Inverse of UTM zone 32N");
  EXPECT_EQ(operation->accuracy(), 0);
}

TEST(ProjOperation, TakesTheDatumShiftOfTheArea) {
  ProjCrsReader reader;
  // ED50 in Spain: EPSG's shifts for the whole of Europe are worse than those for the region.
  const MapPoint spain[] = {{-4, 40}}, norway[] = {{10, 62}};
  const auto here = reader.operation(reader.read("EPSG:4230"), reader.read("EPSG:4326"), spain);
  const auto there = reader.operation(reader.read("EPSG:4230"), reader.read("EPSG:4326"), norway);
  EXPECT_NE(here->name(), there->name());
  EXPECT_GT(here->accuracy(), 0);
}

TEST(ProjOperation, RefusesToLeaveOutADatumShift) {
  ProjCrsReader reader;
  const Crs sphere = reader.read("+proj=longlat +a=6370000 +b=6370000 +no_defs");
  try {
    (void)reader.operation(sphere, reader.read("EPSG:4326"), {});
    FAIL() << "a ballpark operation is no operation";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::mistake);
    EXPECT_NE(std::string(error.what()).find("PROJ knows no exact way"), std::string::npos) << error.what();
  }
}

TEST(ProjOperation, WhatHasNoAnswerIsNan) {
  ProjCrsReader reader;
  const auto operation = reader.operation(reader.read("EPSG:32632"), reader.read("EPSG:4326"), {});
  std::vector<MapPoint> points = {{1e30, 1e30}, {500000, 0}};
  operation->forward(points);
  EXPECT_TRUE(std::isnan(points[0].x));
  EXPECT_NEAR(points[1].x, 9, 1e-9);
}

}  // namespace
}  // namespace terroir
