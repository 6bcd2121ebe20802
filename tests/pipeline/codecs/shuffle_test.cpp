#include "pipeline/codecs/shuffle.h"

#include "kernels/cpu_level.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace terroir {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> numbers) {
  std::vector<std::byte> out;
  for (int n : numbers) out.push_back(static_cast<std::byte>(n));
  return out;
}

TEST(ByteShuffle, GathersTheBytesOfEachPlace) {
  const auto in = bytes({10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33, 99});
  std::vector<std::byte> out(in.size());
  byte_shuffle(in, 4, out);
  EXPECT_EQ(out, bytes({10, 20, 30, 11, 21, 31, 12, 22, 32, 13, 23, 33, 99}));
  byte_shuffle(in, 2, out);
  EXPECT_EQ(out, bytes({10, 12, 20, 22, 30, 32, 11, 13, 21, 23, 31, 33, 99}));
  byte_shuffle(in, 1, out);
  EXPECT_EQ(out, in);
}

// Sizes around the width of a register, where a vector loop hands over to its remainder.
TEST(ByteShuffle, IsUndoneAtEveryCpuLevel) {
  for (const auto level : {CpuLevel::v4, CpuLevel::v3, CpuLevel::v2}) {
    set_cpu_level(level);
    for (const std::size_t element : {1u, 2u, 4u, 8u}) {
      for (std::size_t size : {0u, 1u, 7u, 63u, 64u, 65u, 500u, 1027u}) {
        std::vector<std::byte> in(size), mixed(size), out(size);
        for (std::size_t i = 0; i < size; ++i) in[i] = static_cast<std::byte>(i * 37 + i / 256);
        byte_shuffle(in, element, mixed);
        byte_unshuffle(mixed, element, out);
        ASSERT_EQ(out, in) << element << " " << size;
        const std::size_t count = size / element;
        if (count == 0) continue;
        ASSERT_EQ(mixed[count - 1], in[(count - 1) * element]) << element << " " << size;
      }
    }
  }
}

}  // namespace
}  // namespace terroir
