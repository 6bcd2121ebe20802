#include "pipeline/codecs/crc32c.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace terroir {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(Crc32c, PublishedVectors) {
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c({}), 0u);
  // RFC 3720, section B.4.
  EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0})), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0xFF})), 0x62A8AB43u);
  std::vector<std::byte> ascending(32);
  for (std::size_t i = 0; i < ascending.size(); ++i) ascending[i] = static_cast<std::byte>(i);
  EXPECT_EQ(crc32c(ascending), 0x46DD794Eu);
}

TEST(Crc32c, ContinuesFromTheCrcOfTheBytesBefore) {
  const std::string_view text = "123456789";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(bytes_of(text.substr(cut)), crc32c(bytes_of(text.substr(0, cut)))), 0xE3069283u) << cut;
  }
}

TEST(Crc32c, JoinsTheCrcsOfTwoTexts) {
  const std::string_view text = "123456789";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto first = bytes_of(text.substr(0, cut)), second = bytes_of(text.substr(cut));
    EXPECT_EQ(crc32c_joined(crc32c(first), crc32c(second), second.size()), 0xE3069283u) << cut;
  }
  // Of many lengths, against what a CRC of all is.
  std::vector<std::byte> bytes(100'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * i >> 7);
  const std::span<const std::byte> all(bytes);
  for (std::size_t cut = 1; cut < bytes.size(); cut = 3 * cut + 1)
    EXPECT_EQ(crc32c_joined(crc32c(all.first(cut)), crc32c(all.subspan(cut)), bytes.size() - cut), crc32c(all)) << cut;
}

}  // namespace
}  // namespace terroir
