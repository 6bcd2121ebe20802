#include "pipeline/adapters/netcdf/netcdf_file.h"

#include "pipeline/adapters/netcdf/classic_size.h"
#include "pipeline/error.h"
#include "tests/pipeline/adapters/netcdf/netcdf_maker.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

using test::nc;
using test::NetcdfFolder;
using test::write_netcdf;

std::shared_ptr<NetcdfHandles> handles() { return std::make_shared<NetcdfHandles>(2); }

TEST(NetcdfFile, Header) {
  const NetcdfFolder folder;
  write_netcdf(folder / "a.nc", NC_NETCDF4, {2, 3, 4}, [](int file, int variable) {
    const double numbers[] = {0.5, 7};
    const char* const text[] = {"K"};
    nc(nc_put_att_double(file, variable, "pair", NC_DOUBLE, 2, numbers));
    nc(nc_put_att_text(file, variable, "degrees", 2,
                       "\xb0"
                       "C"));
    nc(nc_put_att_string(file, variable, "units", 1, const_cast<const char**>(text)));
    int group = 0, inner = 0, dimension = 0;
    nc(nc_def_grp(file, "forecast", &group));
    nc(nc_inq_dimid(file, "lat", &dimension));
    nc(nc_def_var(group, "u", NC_SHORT, 1, &dimension, &inner));
  });
  const NetcdfFile file(folder / "a.nc", handles());
  ASSERT_EQ(file.variables().size(), 2u);
  const CfVariable& t = file.variables()[0];
  EXPECT_EQ(t.name, "t");
  EXPECT_EQ(t.dimensions, (std::vector<std::string>{"time", "lat", "lon"}));
  EXPECT_EQ(t.shape, (std::vector<Index>{2, 3, 4}));
  EXPECT_EQ(t.type, SampleType::float32);
  EXPECT_EQ(t.find("pair")->numbers, (std::vector<double>{0.5, 7}));
  EXPECT_EQ(t.text("units"), "K");
  EXPECT_EQ(t.text("degrees"), "°C") << "Latin-1 becomes UTF-8";
  EXPECT_EQ(file.variables()[1].name, "forecast/u");
  EXPECT_EQ(file.variables()[1].dimensions, (std::vector<std::string>{"lat"}));
}

TEST(NetcdfFile, ChunksByTheLibrary) {
  const NetcdfFolder folder;
  for (const int mode : {0, NC_64BIT_OFFSET, NC_64BIT_DATA, NC_NETCDF4}) {
    write_netcdf(folder / "a.nc", mode, {5, 3, 4}, [&](int file, int variable) {
      const std::size_t chunk[] = {2, 2, 3};
      if (mode == NC_NETCDF4) nc(nc_def_var_chunking(file, variable, NC_CHUNKED, chunk));
    });
    const NetcdfFile file(folder / "a.nc", handles());
    const auto array = file.array(file.variables()[0]);
    const bool chunked = mode == NC_NETCDF4;
    ASSERT_EQ(array->chunk(), chunked ? (std::vector<Index>{2, 2, 3}) : (std::vector<Index>{5, 3, 4}));
    std::vector<float> out(chunked ? 12 : 60, -1);
    const std::vector<Index> place = chunked ? std::vector<Index>{2, 1, 1} : std::vector<Index>{0, 0, 0};
    (void)array->read(place, std::as_writable_bytes(std::span(out)));
    if (chunked)
      EXPECT_EQ(out, (std::vector<float>{40203, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1})) << "what lies beyond is left";
    else
      EXPECT_EQ(out[59], 40203);
  }
}

TEST(NetcdfFile, TextsAlongADimension) {
  const NetcdfFolder folder;
  write_netcdf(folder / "a.nc", NC_NETCDF4, {2, 3, 4}, [](int file, int) {
    int dimensions[2] = {}, strings = 0, letters = 0, one = 0;
    nc(nc_inq_dimid(file, "time", &dimensions[0]));
    nc(nc_def_dim(file, "width", 5, &dimensions[1]));
    nc(nc_def_var(file, "strings", NC_STRING, 1, dimensions, &strings));
    nc(nc_def_var(file, "letters", NC_CHAR, 2, dimensions, &letters));
    nc(nc_def_var(file, "one", NC_CHAR, 1, dimensions, &one));
    const char* texts[] = {"slope", "\u00b0C"};
    nc(nc_put_var_string(file, strings, texts));
    nc(nc_put_var_text(file, letters, "NDVI\0B04  "));
    nc(nc_redef(file));
  });
  NetcdfFile file(folder / "a.nc", handles());
  const auto texts = [&](const std::string& name) { return file.texts(*file.find(name)); };
  EXPECT_EQ(texts("strings"), (std::vector<std::string>{"slope", "\u00b0C"}));
  EXPECT_EQ(texts("letters"), (std::vector<std::string>{"NDVI", "B04"}));
  EXPECT_EQ(texts("one"), std::vector<std::string>{}) << "letters, not texts";
  EXPECT_EQ(texts("t"), std::vector<std::string>{});
}

TEST(NetcdfFile, AClassicFileThatIsCutOffIsAMistake) {
  const NetcdfFolder folder;
  const std::string path = folder / "a.nc";
  for (const int mode : {0, NC_64BIT_OFFSET, NC_64BIT_DATA}) {
    write_netcdf(path, mode, {5, 3, 4});
    const std::uintmax_t whole = std::filesystem::file_size(path);
    EXPECT_EQ(classic_netcdf_size(path), whole);
    EXPECT_NO_THROW(NetcdfFile(path, handles()));
    for (const std::uintmax_t kept : {whole - 1, whole - 200, std::uintmax_t{20}}) {
      write_netcdf(path, mode, {5, 3, 4});
      std::filesystem::resize_file(path, kept);
      try {
        const NetcdfFile file(path, handles());
        ADD_FAILURE();
      } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::mistake);
        EXPECT_NE(std::string(error.what()).find("it is cut off"), std::string::npos) << error.what();
      }
    }
  }
}

TEST(NetcdfFile, OfRecordsHasTheSizeThatItsHeaderSays) {
  const NetcdfFolder folder;
  const std::string path = folder / "a.nc";
  int file = 0, a = 0, b = 0, time = 0;
  nc(nc_create(path.c_str(), NC_CLOBBER, &file));
  nc(nc_def_dim(file, "time", NC_UNLIMITED, &time));
  nc(nc_def_var(file, "a", NC_BYTE, 1, &time, &a));
  nc(nc_def_var(file, "b", NC_DOUBLE, 1, &time, &b));
  nc(nc_enddef(file));
  const std::size_t start = 0, count = 3;
  const double numbers[] = {1, 2, 3};
  nc(nc_put_vara_double(file, a, &start, &count, numbers));
  nc(nc_put_vara_double(file, b, &start, &count, numbers));
  nc(nc_close(file));
  EXPECT_EQ(classic_netcdf_size(path), std::filesystem::file_size(path));
}

TEST(NetcdfFile, WhatIsNoNetcdf) {
  const NetcdfFolder folder;
  write_netcdf(folder / "a.nc", NC_NETCDF4, {5, 30, 40});
  std::filesystem::resize_file(folder / "a.nc", 3000);
  EXPECT_THROW(NetcdfFile(folder / "a.nc", handles()), Error);
}

}  // namespace
}  // namespace terroir
