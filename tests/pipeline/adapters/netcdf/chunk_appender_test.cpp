#include "pipeline/adapters/netcdf/netcdf_writer.h"
#include "pipeline/codecs/crc32c.h"
#include "tests/pipeline/adapters/netcdf/netcdf_maker.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

namespace terroir::test {
namespace {

constexpr Index chunks = 300, edge = 128;  // more than one node of HDF5's tree holds

Variable column_of_chunks() {
  Variable array;
  array.name = "height";
  array.dimensions = {"y", "x"};
  array.shape = {chunks * edge, edge};
  array.chunk = {edge, edge};
  array.type = "float32";
  array.compression = {Compression::Name::deflate, {}};
  return array;
}

std::vector<std::byte> encoded(Index chunk, std::size_t size) {
  std::vector<std::byte> out(size);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>((static_cast<std::size_t>(chunk) + i * i) >> 5);
  return out;
}

/// The share of a file that is known when chunks of these sizes have been written to it; all that is known is checked.
double share_known(const std::function<std::size_t(Index)>& size) {
  const NetcdfFolder folder;
  const std::string path = folder / "out.nc";
  const std::vector<Variable> arrays = {column_of_chunks()};
  define_netcdf(path, {}, arrays, Json::object());
  ChunkAppender file(path, arrays);
  for (Index i = 0; i < chunks; ++i) {
    const Index chunk = i * 7 % chunks;  // not in their order
    file.write(0, {chunk * edge, 0}, encoded(chunk, size(chunk)));
  }
  const auto stretches = file.stretches();
  file.close();
  finish_netcdf(path, {}, arrays);

  std::ifstream in(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  std::uint64_t known = 0;
  for (const auto& [offset, length, crc] : stretches) {
    EXPECT_LE(offset + length, bytes.size());
    EXPECT_EQ(crc32c(std::as_bytes(std::span(bytes)).subspan(offset, length)), crc);
    known += length;
  }
  return static_cast<double>(known) / static_cast<double>(bytes.size());
}

TEST(ChunkAppender, KnowsWhereItsChunksStandInTheFile) {
  EXPECT_GT(share_known([](Index) { return 70'000; }), 0.95);
}

// HDF5 gathers small chunks, as of constant pixels, in blocks, and puts others where such a block had begun. What is not known is read.
TEST(ChunkAppender, SaysNothingWrongOfChunksAmongSmallOnes) {
  EXPECT_GT(share_known([](Index chunk) { return chunk % 3 == 0 ? 300 : 70'000; }), 0.5);
}

}  // namespace
}  // namespace terroir::test
