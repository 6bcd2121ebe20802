#include "pipeline/adapters/hdf5/hdf5_array.h"

#include "pipeline/adapters/hdf5/chunk_index.h"
#include "pipeline/error.h"
#include "tests/pipeline/adapters/netcdf/netcdf_maker.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>
#include <fstream>

namespace terroir {
namespace {

using test::nc;
using test::NetcdfFolder;
using test::write_netcdf;

const std::vector<Index> shape = {5, 6, 8}, chunk = {2, 3, 3};

std::unique_ptr<StoredArray> open(const std::string& path, const std::vector<Index>& chunks = chunk, const std::string& name = "t") {
  return open_hdf5_array(path, {name, shape, chunks, 4}, std::make_shared<LocalFiles>(2));
}

/// What is fetched, inflated and finished is what is read.
void expect_fetched(StoredArray& array, const std::vector<Index>& place, const std::vector<float>& expected) {
  std::vector<float> out(expected.size(), -1);
  const auto fetched = array.fetch(place, std::as_writable_bytes(std::span(out)));
  if (!fetched) return;
  EXPECT_TRUE(inflate_zlib(fetched->stream().in, fetched->stream().out));
  fetched->finish();
  EXPECT_EQ(out, expected);
}

std::vector<float> read(StoredArray& array, const std::vector<Index>& place) {
  Index size = 1;
  for (const Index c : array.chunk()) size *= c;
  std::vector<float> out(static_cast<std::size_t>(size), -1);
  (void)array.read(place, std::as_writable_bytes(std::span(out)));
  expect_fetched(array, place, out);
  return out;
}

/// Storage of `t`: chunked with deflate, shuffle and checksum as asked for.
void write(const std::string& path, int deflate, int shuffle, int fletcher, int endian = NC_ENDIAN_NATIVE) {
  write_netcdf(path, NC_NETCDF4, {5, 6, 8}, [&](int file, int variable) {
    const std::size_t sizes[] = {2, 3, 3};
    nc(nc_def_var_chunking(file, variable, NC_CHUNKED, sizes));
    if (deflate > 0 || shuffle > 0) nc(nc_def_var_deflate(file, variable, shuffle, deflate > 0 ? 1 : 0, deflate));
    if (fletcher > 0) nc(nc_def_var_fletcher32(file, variable, NC_FLETCHER32));
    nc(nc_def_var_endian(file, variable, endian));
  });
}

TEST(Hdf5Array, EveryPipelineOfFiltersAndBothByteOrders) {
  const NetcdfFolder folder;
  for (const int deflate : {0, 1})
    for (const int shuffle : {0, 1})
      for (const int fletcher : {0, 1})
        for (const int endian : {NC_ENDIAN_LITTLE, NC_ENDIAN_BIG}) {
          write(folder / "a.nc", deflate, shuffle, fletcher, endian);
          const auto array = open(folder / "a.nc");
          ASSERT_TRUE(array);
          const auto first = read(*array, {1, 1, 2});
          // Times 2 and 3, rows 3 to 5, columns 6 and 7 (the third is beyond).
          EXPECT_EQ(first[0], 20306) << deflate << shuffle << fletcher << endian;
          EXPECT_EQ(first[1], 20307);
          EXPECT_EQ(first[3], 20406);
          EXPECT_EQ(first[9], 30306);
        }
}

TEST(Hdf5Array, FetchesWhatIsOneStreamOnly) {
  const NetcdfFolder folder;
  std::vector<float> out(18);
  const auto fetches = [&](int deflate, int shuffle, int fletcher) {
    write(folder / "a.nc", deflate, shuffle, fletcher);
    return open(folder / "a.nc")->fetch(std::vector<Index>{1, 1, 2}, std::as_writable_bytes(std::span(out))) != nullptr;
  };
  EXPECT_TRUE(fetches(1, 0, 0));
  EXPECT_TRUE(fetches(1, 1, 0));
  EXPECT_FALSE(fetches(1, 1, 1)) << "its checksum comes first";
  EXPECT_FALSE(fetches(0, 1, 0)) << "nothing is to be inflated";
}

TEST(Hdf5Array, Contiguous) {
  const NetcdfFolder folder;
  write_netcdf(folder / "a.nc", NC_NETCDF4, {5, 6, 8});
  const auto array = open(folder / "a.nc", {2, 6, 8});
  ASSERT_TRUE(array);
  EXPECT_EQ(read(*array, {1, 0, 0})[48 + 9], 30101);
  EXPECT_EQ(read(*array, {2, 0, 0})[47], 40507);
  EXPECT_EQ(read(*array, {2, 0, 0})[48], -1) << "beyond the data";
}

TEST(Hdf5Array, IsNotThereForWhatItDoesNotKnow) {
  const NetcdfFolder folder;
  write(folder / "a.nc", 1, 1, 0);
  EXPECT_FALSE(open(folder / "a.nc", {1, 6, 8})) << "other chunks";
  EXPECT_FALSE(open(folder / "a.nc", chunk, "u"));
  write_netcdf(folder / "szip.nc", NC_NETCDF4, {5, 6, 8}, [](int file, int variable) {
    const std::size_t sizes[] = {2, 3, 3};
    nc(nc_def_var_chunking(file, variable, NC_CHUNKED, sizes));
    nc(nc_def_var_szip(file, variable, 32, 8));
  });
  EXPECT_FALSE(open(folder / "szip.nc"));
}

TEST(Hdf5Array, DamageIsTold) {
  const NetcdfFolder folder;
  write(folder / "a.nc", 0, 0, 1);
  const float wanted = 20306;
  {
    std::fstream file(folder / "a.nc", std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const std::size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&wanted), 4));
    ASSERT_NE(at, std::string::npos);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('\x7f');
  }
  const auto array = open(folder / "a.nc");
  ASSERT_TRUE(array);
  EXPECT_NO_THROW(read(*array, {0, 0, 0}));
  try {
    read(*array, {1, 1, 2});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    EXPECT_NE(std::string(error.what()).find("a chunk of 't' has a wrong checksum"), std::string::npos) << error.what();
  }
}

/// A dataset by the HDF5 library: only its chunk (0, 1, 1) is written, the fill value is 7.
void write_sparse(const std::string& path, bool newest) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const std::array<hsize_t, 3> sizes = {5, 6, 8}, chunks = {2, 3, 3}, start = {0, 3, 3}, count = {2, 3, 3};
  const hid_t space = H5Screate_simple(3, sizes.data(), nullptr), properties = H5Pcreate(H5P_DATASET_CREATE);
  const float fill = 7;
  H5Pset_chunk(properties, 3, chunks.data());
  H5Pset_fill_value(properties, H5T_NATIVE_FLOAT, &fill);
  const hid_t set = H5Dcreate2(file, "t", H5T_IEEE_F32BE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  const hid_t memory = H5Screate_simple(3, count.data(), nullptr);
  const std::vector<float> numbers(18, 3);
  H5Dwrite(set, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, numbers.data());
  for (const hid_t id : {space, memory}) H5Sclose(id);
  H5Pclose(properties);
  H5Dclose(set);
  H5Fclose(file);
  H5Pclose(access);
}

TEST(Hdf5Array, ChunksThatWereNeverWrittenHoldTheFillValue) {
  const NetcdfFolder folder;
  for (const bool newest : {false, true}) {
    write_sparse(folder / "a.h5", newest);
    const auto array = open(folder / "a.h5");
    ASSERT_TRUE(array) << newest;
    EXPECT_EQ(read(*array, {0, 1, 1}), std::vector<float>(18, 3));
    EXPECT_EQ(read(*array, {2, 0, 0}), std::vector<float>(18, 7));
  }
}

/// `t` by the HDF5 library in its newest format, in chunks of 1 x 2 x 2; each number is its place in C order.
void write_newest(const std::string& path, hsize_t times, std::array<hsize_t, 3> most, bool deflate) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const std::array<hsize_t, 3> sizes = {times, 4, 2}, chunks = {1, 2, 2};
  const hid_t space = H5Screate_simple(3, sizes.data(), most.data()), properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(properties, 3, chunks.data());
  H5Pset_shuffle(properties);
  if (deflate) H5Pset_deflate(properties, 1);
  const hid_t set = H5Dcreate2(file, "t", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  std::vector<float> numbers(times * 8);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i);
  H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data());
  H5Sclose(space);
  H5Pclose(properties);
  H5Dclose(set);
  H5Fclose(file);
  H5Pclose(access);
}

// A fixed array, an extensible array and a B-tree of version 2, by how many dimensions may grow.
TEST(Hdf5Array, NewerIndicesOfManyChunksAreDecodedHere) {
  const NetcdfFolder folder;
  const struct {
    hsize_t times;
    std::array<hsize_t, 3> most;
    bool deflate;
  } cases[] = {{10100, {10100, 4, 2}, false}, {700, {H5S_UNLIMITED, 4, 2}, true}, {700, {H5S_UNLIMITED, H5S_UNLIMITED, 2}, true}};
  for (const auto& c : cases) {
    write_newest(folder / "a.h5", c.times, c.most, c.deflate);
    const auto times = static_cast<Index>(c.times);
    const auto array = open_hdf5_array(folder / "a.h5", {"t", {times, 4, 2}, {1, 2, 2}, 4}, std::make_shared<LocalFiles>(1));
    ASSERT_TRUE(array);
    for (const Index t : {Index{0}, Index{1}, times / 2, times - 1})
      EXPECT_EQ(read(*array, {t, 1, 0}), (std::vector<float>{static_cast<float>(8 * t + 4), static_cast<float>(8 * t + 5),
                                                             static_cast<float>(8 * t + 6), static_cast<float>(8 * t + 7)}));
  }
}

TEST(Hdf5Array, ManyChunksOfANewerIndexThatWereNeverWritten) {
  const NetcdfFolder folder;
  write_newest(folder / "a.h5", 700, {H5S_UNLIMITED, 4, 2}, true);
  const hid_t file = H5Fopen((folder / "a.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), set = H5Dopen2(file, "t", H5P_DEFAULT);
  const std::array<hsize_t, 3> longer = {710, 4, 2};
  H5Dset_extent(set, longer.data());
  H5Dclose(set);
  H5Fclose(file);
  const auto array = open_hdf5_array(folder / "a.h5", {"t", {710, 4, 2}, {1, 2, 2}, 4}, std::make_shared<LocalFiles>(1));
  ASSERT_TRUE(array);
  EXPECT_EQ(read(*array, {705, 0, 0}), std::vector<float>(4, 0));
  EXPECT_EQ(read(*array, {699, 0, 0})[3], 8 * 699 + 3);
}

TEST(ChunkIndex, IsWalkedThroughNodesOfSeveralLevels) {
  // A node has 64 chunks at most, so 20 000 chunks make a tree of three levels.
  const NetcdfFolder folder;
  const std::string path = folder / "a.nc";
  int file = 0, variable = 0;
  std::array<int, 2> dimensions{};
  nc(nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &file));
  nc(nc_def_dim(file, "y", 200, dimensions.data()));
  nc(nc_def_dim(file, "x", 100, &dimensions[1]));
  nc(nc_def_var(file, "t", NC_INT, 2, dimensions.data(), &variable));
  const std::size_t sizes[] = {1, 1};
  nc(nc_def_var_chunking(file, variable, NC_CHUNKED, sizes));
  std::vector<int> numbers(20000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
  nc(nc_put_var_int(file, variable, numbers.data()));
  nc(nc_close(file));
  const auto array = open_hdf5_array(path, {"t", {200, 100}, {1, 1}, 4}, std::make_shared<LocalFiles>(1));
  ASSERT_TRUE(array);
  for (Index i = 0; i < 20000; i += 7) {
    int value = -1;
    const std::vector<Index> place = {i / 100, i % 100};
    (void)array->read(place, std::as_writable_bytes(std::span(&value, 1)));
    ASSERT_EQ(value, i);
  }
}

TEST(ChunkIndex, BytesThatAreNoTreeGiveNone) {
  const NetcdfFolder folder;
  std::ofstream(folder / "a.nc", std::ios::binary) << std::string(4096, '\1');
  const LocalFile file(folder / "a.nc");
  EXPECT_FALSE(walk_chunk_tree(file, 0, shape, chunk));
  EXPECT_FALSE(walk_chunk_tree(file, 1U << 20U, shape, chunk));
}

}  // namespace
}  // namespace terroir
