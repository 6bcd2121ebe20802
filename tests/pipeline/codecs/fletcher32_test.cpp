#include "pipeline/codecs/fletcher32.h"

#include <gtest/gtest.h>

#include <vector>

namespace terroir {
namespace {

std::vector<std::byte> bytes(std::initializer_list<unsigned> values) {
  std::vector<std::byte> out;
  for (const unsigned v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

TEST(Fletcher32, SumsOfWordsAndOfSums) {
  // Words 0x0102 and 0x0304: their sum, and 0x0102 + 0x0406.
  EXPECT_EQ(fletcher32(bytes({1, 2, 3, 4})), 0x05080406U);
  EXPECT_EQ(fletcher32(bytes({1, 2, 3})), 0x05040402U) << "a last byte is the upper half of a word";
  EXPECT_EQ(fletcher32(bytes({0xFF, 0xFF, 0x00, 0x01})), 0x00010001U) << "0xFFFF is the other zero";
}

}  // namespace
}  // namespace terroir
