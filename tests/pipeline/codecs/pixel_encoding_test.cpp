#include "pipeline/codecs/pixel_encoding.h"

#include "kernels/cpu_level.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace terroir {
namespace {

using testing::ElementsAre;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

template <class T>
struct Stored {
  std::vector<T> numbers;
  EncodedPixels result;
};

template <class T>
Stored<T> encoded(const std::vector<float>& pixels, const PixelEncoding& encoding) {
  Stored<T> out;
  out.numbers.resize(pixels.size());
  out.result = encode_pixels(pixels, encoding, reinterpret_cast<std::byte*>(out.numbers.data()));
  return out;
}

TEST(PixelEncoding, RoundsHalvesToEven) {
  const auto out = encoded<std::int16_t>({0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 2.4999F}, {StoredType::int16, 1, 0, -32768});
  EXPECT_THAT(out.numbers, ElementsAre(0, 2, 2, 0, -2, 2));
  EXPECT_EQ(out.result.unfit, 0u);
  EXPECT_FALSE(out.result.empty);
}

TEST(PixelEncoding, ScalesAndOffsets) {
  const auto out = encoded<std::uint8_t>({10.0F, 10.5F, 12.0F, nan}, {StoredType::uint8, 0.5, 10, 255});
  EXPECT_THAT(out.numbers, ElementsAre(0, 1, 4, 255));
}

TEST(PixelEncoding, MakesNodataOfWhatDoesNotFitAndCountsIt) {
  const auto bytes = encoded<std::int8_t>({127.4F, 127.6F, -127.0F, -128.0F, -129.0F, inf, nan}, {StoredType::int8, 1, 0, -128});
  EXPECT_THAT(bytes.numbers, ElementsAre(127, -128, -127, -128, -128, -128, -128));
  EXPECT_EQ(bytes.result.unfit, 4u);  // 127.6 is beyond, -128 is the number of nodata, -129 and inf are beyond
  const auto wide = encoded<std::uint32_t>({0.0F, 4294967040.0F, 4294967296.0F, -1.0F, 3e9F}, {StoredType::uint32, 1, 0, 7});
  EXPECT_THAT(wide.numbers, ElementsAre(0u, 4294967040u, 7u, 7u, 3000000000u));
  EXPECT_EQ(wide.result.unfit, 2u);
  const auto signs = encoded<std::int32_t>({-2147483648.0F, 2147483520.0F, 2147483648.0F}, {StoredType::int32, 1, 0, -1});
  EXPECT_THAT(signs.numbers, ElementsAre(std::numeric_limits<std::int32_t>::min(), 2147483520, -1));
}

TEST(PixelEncoding, KeepsFloatsButGivesEveryNanTheSameBits) {
  const float odd_nan = std::bit_cast<float>(0xffc12345u);
  const auto out = encoded<float>({1.25F, -0.0F, odd_nan, inf}, {});
  std::vector<std::uint32_t> bits(4);
  std::memcpy(bits.data(), out.numbers.data(), 16);
  EXPECT_THAT(bits, ElementsAre(0x3fa00000u, 0x80000000u, 0x7fc00000u, 0x7f800000u));
  EXPECT_EQ(out.result.unfit, 0u);
  EXPECT_THAT(encoded<float>({1.0F, nan, -9999.0F}, {StoredType::float32, 1, 0, -9999}).numbers, ElementsAre(1.0F, -9999.0F, -9999.0F));
  EXPECT_EQ(encoded<float>({1.0F, nan, -9999.0F}, {StoredType::float32, 1, 0, -9999}).result.unfit, 1u);
  EXPECT_THAT(encoded<double>({0.1F, nan}, {StoredType::float64, 1, 0, -1}).numbers, ElementsAre(static_cast<double>(0.1F), -1.0));
}

TEST(PixelEncoding, TellsWhenAllIsNodata) {
  for (const auto type : {StoredType::float32, StoredType::float64, StoredType::int16, StoredType::uint32}) {
    const double nodata = is_float(type) ? std::nan("") : 0;
    std::vector<float> pixels(100, nan);
    EXPECT_TRUE(encoded<double>(pixels, {type, 1, 0, nodata}).result.empty) << name_of(type);
    pixels[77] = 5;
    EXPECT_FALSE(encoded<double>(pixels, {type, 1, 0, nodata}).result.empty) << name_of(type);
  }
  EXPECT_TRUE(encoded<std::uint8_t>({300, nan}, {StoredType::uint8, 1, 0, 255}).result.empty);
}

TEST(PixelEncoding, IsTheSameAtEveryCpuLevel) {
  std::vector<float> pixels;
  for (int i = 0; i < 1003; ++i) pixels.push_back(i % 7 == 0 ? nan : static_cast<float>(i) * 0.37F - 150);
  for (const auto type : {StoredType::float32, StoredType::float64, StoredType::int8, StoredType::int16, StoredType::int32,
                          StoredType::uint8, StoredType::uint16, StoredType::uint32}) {
    const PixelEncoding encoding{type, is_float(type) ? 1.0 : 0.3, 0, is_float(type) ? std::nan("") : 1.0};
    std::vector<std::vector<std::byte>> stored;
    std::vector<std::uint64_t> unfit;
    for (const auto level : {CpuLevel::v4, CpuLevel::v3, CpuLevel::v2}) {
      set_cpu_level(level);
      stored.emplace_back(pixels.size() * size_of(type));
      unfit.push_back(encode_pixels(pixels, encoding, stored.back().data()).unfit);
    }
    EXPECT_EQ(stored[0], stored[2]) << name_of(type);
    EXPECT_EQ(stored[1], stored[2]) << name_of(type);
    EXPECT_THAT(unfit, testing::Each(unfit[0])) << name_of(type);
  }
}

TEST(PixelEncoding, DecodesWhatItStored) {
  const PixelEncoding encoding{StoredType::int16, 0.01, 5, -32768};
  const auto out = encoded<std::int16_t>({5.0F, 6.25F, nan}, encoding);
  std::vector<double> pixels(3);
  decode_pixels(std::as_bytes(std::span(out.numbers)), encoding, pixels.data());
  EXPECT_DOUBLE_EQ(pixels[0], 5.0);
  EXPECT_DOUBLE_EQ(pixels[1], 6.25);
  EXPECT_TRUE(std::isnan(pixels[2]));
}

TEST(StoredType, HasNames) {
  EXPECT_EQ(stored_type("uint16"), StoredType::uint16);
  EXPECT_EQ(stored_type("float16"), std::nullopt);
  EXPECT_STREQ(name_of(StoredType::float64), "float64");
  EXPECT_EQ(size_of(StoredType::uint16), 2u);
}

}  // namespace
}  // namespace terroir
