#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>
#include <optional>
#include <thread>

namespace terroir {
namespace {

using Attributes = std::vector<CrsReader::Attribute>;

std::optional<CrsReader::Attribute> find(const Attributes& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& a) { return a.name == name; });
  return found == list.end() ? std::nullopt : std::optional(*found);
}

double number(const Attributes& list, const std::string& name) {
  const auto found = find(list, name);
  if (!found || found->numbers.size() != 1) {
    ADD_FAILURE() << name << " is no number";
    return 0;
  }
  return found->numbers[0];
}

std::string text(const Attributes& list, const std::string& name) { return find(list, name).value_or(CrsReader::Attribute{}).text; }

TEST(ProjCrsReader, ReadsAProjectedSystem) {
  ProjCrsReader reader;
  const Crs crs = reader.read("EPSG:32632");
  EXPECT_EQ(crs.authority, "EPSG:32632");
  EXPECT_EQ(crs.wkt.rfind("PROJCRS[\"WGS 84 / UTM zone 32N\"", 0), 0u) << crs.wkt;
  EXPECT_FALSE(crs.geographic);
  EXPECT_EQ(crs.metres_per_unit, 1);
  EXPECT_EQ(crs.semi_major, 6378137);
  EXPECT_NEAR(1 / crs.flattening, 298.257223563, 1e-9);
}

TEST(ProjCrsReader, ReadsAGeographicSystem) {
  ProjCrsReader reader;
  const Crs crs = reader.read("EPSG:4326");
  EXPECT_TRUE(crs.geographic);
  EXPECT_EQ(crs.authority, "EPSG:4326");
}

// The radius times 2 pi; EPSG:6933 is EASE-Grid 2.0, whose edges NSIDC gives.
TEST(ProjCrsReader, TellsHowLongTheEquatorOfACylinderIs) {
  ProjCrsReader reader;
  for (const char* mercator : {"EPSG:3857", "EPSG:3395", "EPSG:3832", "EPSG:4087"})
    EXPECT_NEAR(reader.read(mercator).equator, 2 * std::numbers::pi * 6378137, 1e-3) << mercator;
  EXPECT_NEAR(reader.read("EPSG:6933").equator, 2 * 17367530.445161372, 1e-3);
  for (const char* other : {"EPSG:32632", "EPSG:3035", "EPSG:3413", "EPSG:8857", "ESRI:54009", "EPSG:4326"})
    EXPECT_EQ(reader.read(other).equator, 0) << other;
  EXPECT_EQ(reader.read("EPSG:4326").turn(), 360);
}

TEST(ProjCrsReader, EveryWayToNameASystemGivesTheSame) {
  ProjCrsReader reader;
  const Crs utm = reader.read("EPSG:32632");
  const char* const wkt1 =
      R"(PROJCS["WGS 84 / UTM zone 32N",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],)"
      R"(UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],)"
      R"(PARAMETER["central_meridian",9],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],)"
      R"(PARAMETER["false_northing",0],UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]])";
  for (const std::string name : {"epsg:32632", "+proj=utm +zone=32 +datum=WGS84", "proj=utm zone=32 datum=WGS84 type=crs",
                                 "urn:ogc:def:crs:EPSG::32632", wkt1, utm.wkt.c_str()}) {
    const Crs crs = reader.read(name);
    EXPECT_EQ(crs, utm) << name;
    EXPECT_EQ(crs.wkt, utm.wkt) << name;
  }
  EXPECT_EQ(reader.read("OGC:CRS84"), reader.read("EPSG:4326"));
  EXPECT_EQ(reader.read("wgs 84"), reader.read("EPSG:4326"));
  EXPECT_EQ(reader.read("+proj=longlat +datum=WGS84"), reader.read("EPSG:4326"));
  EXPECT_FALSE(reader.read("EPSG:32633") == utm);
}

TEST(ProjCrsReader, AnIdentifierThatBeliesItsSystemIsNotTaken) {
  ProjCrsReader reader;
  std::string wkt = reader.read("EPSG:32632").wkt;
  const std::string meridian = "\"Longitude of natural origin\",9,";
  ASSERT_NE(wkt.find(meridian), std::string::npos);
  wkt.replace(wkt.find(meridian), meridian.size(), "\"Longitude of natural origin\",10.5,");
  EXPECT_NE(reader.read(wkt).authority, "EPSG:32632");
}

TEST(ProjCrsReader, KeepsWhatEpsgDoesNotKnow) {
  ProjCrsReader reader;
  EXPECT_EQ(reader.read("ESRI:102008").authority, "ESRI:102008");
  const Crs own = reader.read("+proj=laea +lat_0=12.5 +lon_0=7.25 +R=6371000 +units=km");
  EXPECT_EQ(own.authority, "");
  EXPECT_EQ(own.metres_per_unit, 1000);
  EXPECT_EQ(own.semi_major, 6371000);
  EXPECT_EQ(own.flattening, 0);
}

TEST(ProjCrsReader, FeetAreLengthsToo) {
  ProjCrsReader reader;
  EXPECT_NEAR(reader.read("EPSG:2263").metres_per_unit, 1200.0 / 3937, 1e-12);  // New York Long Island, US survey feet
}

TEST(ProjCrsReader, TakesTheHorizontalPartOfACompoundSystem) {
  ProjCrsReader reader;
  EXPECT_EQ(reader.read("EPSG:32632+5773"), reader.read("EPSG:32632"));
}

TEST(ProjCrsReader, RefusesWhatIsNoSystem) {
  ProjCrsReader reader;
  for (const std::string wrong : {"", "EPSG:1", "Vinschgau", "foo", "WGS", "EPSG:5773", "EPSG:4978", "+proj=nonsense"}) {
    try {
      const Crs crs = reader.read(wrong);
      ADD_FAILURE() << wrong << " gave " << crs.wkt;
    } catch (const Error& e) {
      EXPECT_EQ(e.fault(), Fault::mistake);
      EXPECT_NE(std::string(e.what()).find("EPSG:32632"), std::string::npos) << e.what();
    }
  }
}

TEST(ProjCrsReader, MayBeCalledFromSeveralThreads) {
  ProjCrsReader reader;
  std::vector<std::thread> threads;
  std::vector<Crs> found(4);
  for (std::size_t i = 0; i < found.size(); ++i)
    threads.emplace_back([&, i] { found[i] = reader.read("EPSG:326" + std::to_string(31 + i % 2)); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(found[0], found[2]);
  EXPECT_EQ(found[1].authority, "EPSG:32632");
}

TEST(CfGridMapping, Utm) {
  ProjCrsReader reader;
  const auto cf = reader.cf_attributes(reader.read("EPSG:32632"));
  EXPECT_EQ(text(cf, "grid_mapping_name"), "transverse_mercator");
  EXPECT_EQ(number(cf, "longitude_of_central_meridian"), 9);
  EXPECT_EQ(number(cf, "latitude_of_projection_origin"), 0);
  EXPECT_EQ(number(cf, "scale_factor_at_central_meridian"), 0.9996);
  EXPECT_EQ(number(cf, "false_easting"), 500000);
  EXPECT_EQ(number(cf, "false_northing"), 0);
  EXPECT_EQ(number(cf, "semi_major_axis"), 6378137);
  EXPECT_NEAR(number(cf, "inverse_flattening"), 298.257223563, 1e-9);
  EXPECT_EQ(number(cf, "longitude_of_prime_meridian"), 0);
  EXPECT_EQ(text(cf, "projected_crs_name"), "WGS 84 / UTM zone 32N");
  EXPECT_EQ(text(cf, "geographic_crs_name"), "WGS 84");
  EXPECT_EQ(text(cf, "reference_ellipsoid_name"), "WGS 84");
  EXPECT_EQ(text(cf, "crs_wkt"), reader.read("EPSG:32632").wkt);
}

TEST(CfGridMapping, Geographic) {
  ProjCrsReader reader;
  const auto cf = reader.cf_attributes(reader.read("EPSG:4258"));
  EXPECT_EQ(text(cf, "grid_mapping_name"), "latitude_longitude");
  EXPECT_EQ(text(cf, "geographic_crs_name"), "ETRS89");
  EXPECT_FALSE(find(cf, "projected_crs_name"));
  EXPECT_FALSE(find(cf, "false_easting"));
  EXPECT_NEAR(number(cf, "inverse_flattening"), 298.257222101, 1e-9);
}

TEST(CfGridMapping, ConicAndAzimuthal) {
  ProjCrsReader reader;
  const auto lambert = reader.cf_attributes(reader.read("EPSG:2154"));  // Lambert-93
  EXPECT_EQ(text(lambert, "grid_mapping_name"), "lambert_conformal_conic");
  EXPECT_EQ(find(lambert, "standard_parallel")->numbers, (std::vector<double>{49, 44}));
  EXPECT_EQ(number(lambert, "latitude_of_projection_origin"), 46.5);
  EXPECT_EQ(number(lambert, "longitude_of_central_meridian"), 3);
  EXPECT_EQ(number(lambert, "false_easting"), 700000);
  EXPECT_EQ(number(lambert, "false_northing"), 6600000);

  const auto albers = reader.cf_attributes(reader.read("EPSG:5070"));  // Conus Albers
  EXPECT_EQ(text(albers, "grid_mapping_name"), "albers_conical_equal_area");
  EXPECT_EQ(find(albers, "standard_parallel")->numbers, (std::vector<double>{29.5, 45.5}));
  EXPECT_EQ(number(albers, "longitude_of_central_meridian"), -96);

  const auto europe = reader.cf_attributes(reader.read("EPSG:3035"));
  EXPECT_EQ(text(europe, "grid_mapping_name"), "lambert_azimuthal_equal_area");
  EXPECT_EQ(number(europe, "latitude_of_projection_origin"), 52);
  EXPECT_EQ(number(europe, "longitude_of_projection_origin"), 10);
  EXPECT_EQ(number(europe, "false_easting"), 4321000);
}

TEST(CfGridMapping, StereographicAndSinusoidal) {
  ProjCrsReader reader;
  const auto south = reader.cf_attributes(reader.read("EPSG:3031"));  // Antarctic, true at 71 S
  EXPECT_EQ(text(south, "grid_mapping_name"), "polar_stereographic");
  EXPECT_EQ(number(south, "standard_parallel"), -71);
  EXPECT_EQ(number(south, "latitude_of_projection_origin"), -90);
  EXPECT_EQ(number(south, "straight_vertical_longitude_from_pole"), 0);

  const auto north = reader.cf_attributes(reader.read("EPSG:32661"));  // UPS North
  EXPECT_EQ(number(north, "scale_factor_at_projection_origin"), 0.994);
  EXPECT_EQ(number(north, "latitude_of_projection_origin"), 90);

  const auto oblique = reader.cf_attributes(reader.read("+proj=stere +lat_0=52 +lon_0=5 +k=0.9999 +datum=WGS84"));
  EXPECT_EQ(text(oblique, "grid_mapping_name"), "stereographic");
  EXPECT_EQ(number(oblique, "latitude_of_projection_origin"), 52);

  const auto modis = reader.cf_attributes(reader.read("+proj=sinu +lon_0=0 +R=6371007.181"));
  EXPECT_EQ(text(modis, "grid_mapping_name"), "sinusoidal");
  EXPECT_EQ(number(modis, "semi_major_axis"), 6371007.181);
  EXPECT_EQ(number(modis, "inverse_flattening"), 0);
}

TEST(CfGridMapping, WebMercatorIsASphericalOne) {
  ProjCrsReader reader;
  const auto web = reader.cf_attributes(reader.read("EPSG:3857"));
  EXPECT_EQ(text(web, "grid_mapping_name"), "mercator");
  EXPECT_EQ(number(web, "semi_major_axis"), 6378137);
  EXPECT_EQ(number(web, "inverse_flattening"), 0);
}

TEST(CfGridMapping, FeetKeepTheirOrigin) {
  ProjCrsReader reader;
  const auto cf = reader.cf_attributes(reader.read("EPSG:2263"));
  EXPECT_NEAR(number(cf, "false_easting"), 984250, 1e-6);  // US survey feet, as the coordinates are
}

TEST(CfGridMapping, NothingWhereCfHasNone) {
  ProjCrsReader reader;
  EXPECT_TRUE(reader.cf_attributes(reader.read("+proj=robin +datum=WGS84")).empty());
  EXPECT_TRUE(reader.cf_attributes(Crs{}).empty());
}

/// The attributes without what holds the whole CRS in one text.
std::vector<CrsReader::Attribute> only_parameters(std::vector<CrsReader::Attribute> attributes) {
  std::erase_if(attributes, [](const auto& a) { return a.name == "crs_wkt"; });
  return attributes;
}

TEST(CfGridMapping, IsReadBack) {
  ProjCrsReader reader;
  for (const std::string code : {"EPSG:32632", "EPSG:3035", "EPSG:5070", "EPSG:3413", "EPSG:4326", "EPSG:2154"}) {
    const Crs crs = reader.read(code);
    EXPECT_EQ(reader.read_cf(reader.cf_attributes(crs)).authority, code);
    const Crs again = reader.read_cf(only_parameters(reader.cf_attributes(crs)));
    const auto wanted = only_parameters(reader.cf_attributes(crs)), got = only_parameters(reader.cf_attributes(again));
    for (const auto& attribute : wanted) {
      if (attribute.numbers.empty() && attribute.name != "grid_mapping_name") continue;  // names of systems and datums
      ASSERT_TRUE(find(got, attribute.name)) << code << " " << attribute.name;
      EXPECT_EQ(find(got, attribute.name)->text, attribute.text);
      for (std::size_t i = 0; i < attribute.numbers.size(); ++i)
        EXPECT_NEAR(find(got, attribute.name)->numbers.at(i), attribute.numbers[i], 1e-9 * (1 + std::abs(attribute.numbers[i])))
            << code << " " << attribute.name;
    }
  }
  EXPECT_EQ(reader.read_cf(only_parameters(reader.cf_attributes(reader.read("EPSG:32632")))).authority, "EPSG:32632");
}

TEST(CfGridMapping, OfOtherWriters) {
  ProjCrsReader reader;
  const Crs sphere = reader.read_cf({{"grid_mapping_name", "lambert_conformal_conic", {}},
                                     {"standard_parallel", "", {25}},
                                     {"longitude_of_central_meridian", "", {265}},
                                     {"latitude_of_projection_origin", "", {25}},
                                     {"earth_radius", "", {6371229}}});
  EXPECT_EQ(sphere.semi_major, 6371229);
  EXPECT_EQ(sphere.flattening, 0);
  const Crs rotated = reader.read_cf({{"grid_mapping_name", "rotated_latitude_longitude", {}},
                                      {"grid_north_pole_latitude", "", {39.25}},
                                      {"grid_north_pole_longitude", "", {-162}}});
  EXPECT_TRUE(rotated.geographic);
  EXPECT_EQ(reader.read_cf({{"spatial_ref", "EPSG:3035", {}}}).authority, "EPSG:3035");
  EXPECT_EQ(reader.read_cf({{"epsg_code", "", {32632}}}).authority, "EPSG:32632");
  EXPECT_FALSE(reader.read_cf({{"long_name", "nothing", {}}}).known());
  EXPECT_THROW((void)reader.read_cf({{"grid_mapping_name", "cube", {}}}), Error);
}

}  // namespace
}  // namespace terroir
