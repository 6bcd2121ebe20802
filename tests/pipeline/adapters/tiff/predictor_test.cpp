#include "pipeline/adapters/tiff/predictor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace terroir {
namespace {

template <class T>
std::vector<T> undone(std::vector<T> row, std::size_t samples) {
  undo_horizontal(reinterpret_cast<std::byte*>(row.data()), row.size() / samples, samples, sizeof(T));
  return row;
}

/// A row of pixels, each sample s of pixel p being (s + 1) * p + s, stored as differences: s first, then always s + 1.
template <class T>
void expect_ramps(std::size_t pixels, std::size_t samples) {
  std::vector<T> stored, want;
  for (std::size_t p = 0; p < pixels; ++p)
    for (std::size_t s = 0; s < samples; ++s) {
      stored.push_back(static_cast<T>(p == 0 ? s : s + 1));
      want.push_back(static_cast<T>((s + 1) * p + s));
    }
  EXPECT_EQ(undone(stored, samples), want) << pixels << " pixels of " << samples << " samples of " << sizeof(T) << " bytes";
}

TEST(UndoHorizontal, RampsOfEveryShape) {
  for (const std::size_t pixels : {1u, 2u, 3u, 5u, 16u, 17u, 100u, 3001u})
    for (std::size_t samples = 1; samples <= 20; ++samples) {
      expect_ramps<std::uint8_t>(pixels, samples);
      expect_ramps<std::uint16_t>(pixels, samples);
      expect_ramps<std::uint32_t>(pixels, samples);
    }
}

TEST(UndoHorizontal, DifferencesWrapAround) {
  EXPECT_EQ(undone<std::uint8_t>({250, 10, 252}, 1), (std::vector<std::uint8_t>{250, 4, 0}));
  EXPECT_EQ(undone<std::uint16_t>({65535, 2}, 1), (std::vector<std::uint16_t>{65535, 1}));
}

TEST(UndoFloatingPoint, JoinsThePlanesOfSummedBytes) {
  // 1.0f is 3f 80 00 00 and 2.0f is 40 00 00 00: the planes are 3f 40, 80 00, 00 00, 00 00.
  const std::vector<std::uint8_t> planes = {0x3f, 0x40, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00};
  std::vector<std::uint8_t> row = planes;
  for (std::size_t i = 1; i < row.size(); ++i) row[i] = static_cast<std::uint8_t>(planes[i] - planes[i - 1]);
  std::vector<float> out(2);
  undo_floating_point(reinterpret_cast<std::byte*>(row.data()), 2, 1, out.data());
  EXPECT_EQ(out, (std::vector<float>{1, 2}));
}

TEST(UndoFloatingPoint, LongRows) {
  std::vector<float> want;
  for (int i = 0; i < 1003; ++i) want.push_back(static_cast<float>(i) * 0.37f - 100);
  for (const std::size_t samples : {1u, 3u}) {
    const std::size_t count = want.size() / samples * samples;
    std::vector<std::uint8_t> planes(4 * count), row;
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t b = 0; b < 4; ++b) std::memcpy(&planes[(3 - b) * count + i], reinterpret_cast<const char*>(&want[i]) + b, 1);
    for (std::size_t i = 0; i < planes.size(); ++i)
      row.push_back(static_cast<std::uint8_t>(planes[i] - (i < samples ? 0 : planes[i - samples])));
    std::vector<float> out(count);
    undo_floating_point(reinterpret_cast<std::byte*>(row.data()), count, samples, out.data());
    EXPECT_EQ(out, std::vector<float>(want.begin(), want.begin() + static_cast<std::ptrdiff_t>(count)));
  }
}

}  // namespace
}  // namespace terroir
