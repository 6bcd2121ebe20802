#include "pipeline/adapters/netcdf/netcdf_writer.h"
#include "pipeline/codecs/crc32c.h"
#include "tests/pipeline/adapters/netcdf/netcdf_maker.h"

#include <gtest/gtest.h>

#include <fstream>
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
  return array;
}

std::vector<float> pixels(Index chunk) {
  std::vector<float> out(edge * edge);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(chunk) + static_cast<float>(i) / 7;
  return out;
}

TEST(ChunkAppender, KnowsWhereItsChunksStandInTheFile) {
  const NetcdfFolder folder;
  const std::string path = folder / "out.nc";
  const std::vector<Variable> arrays = {column_of_chunks()};
  define_netcdf(path, {}, arrays, Json::object());
  ChunkAppender file(path, arrays);
  for (Index i = 0; i < chunks; ++i) {
    const Index chunk = i * 7 % chunks;  // not in their order
    const std::vector<float> numbers = pixels(chunk);
    file.write(0, {chunk * edge, 0}, std::as_bytes(std::span(numbers)));
  }
  const auto stretches = file.stretches();
  file.close();
  finish_netcdf(path, {}, arrays);

  std::ifstream in(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  std::uint64_t known = 0;
  for (const auto& stretch : stretches) {
    ASSERT_LE(stretch.offset + stretch.bytes, bytes.size());
    EXPECT_EQ(crc32c(std::as_bytes(std::span(bytes).subspan(stretch.offset, stretch.bytes))), stretch.crc32c);
    known += stretch.bytes;
  }
  EXPECT_GT(known, 9 * bytes.size() / 10);
}

}  // namespace
}  // namespace terroir::test
