#pragma once

#include "tests/kernels/local/run_process.h"

#include <algorithm>
#include <random>

namespace terroir::test {

inline double centre(Index i) { return static_cast<double>(i) + 0.5; }

/// Resamples a whole layer onto `shape` pixels of `scale` source pixels each, from the same corner moved by `offset`.
inline OwnedBlock resample(const BoundKernel& kernel, const Block<const float>& in, const GridMap& map) {
  OwnedBlock result(in.times(), map.destination.shape());
  const std::vector<Block<const float>> inputs = {in};
  const std::vector<Block<float>> outputs = {result.view()};
  Args args;
  args.in = inputs;
  args.out = outputs;
  args.map = map;
  kernel.run(args);
  return result;
}

inline GridMap map_of(double scale, double offset, Shape destination, Shape source) {
  return {scale, offset, scale, offset, {0, 0, destination.rows, destination.cols}, {0, 0, source.rows, source.cols}};
}

/// A row onto `cols` pixels.
inline std::vector<float> along(const std::string& method, const std::vector<float>& pixels, double scale, double offset, Index cols) {
  const auto in = row_of(pixels);
  GridMap map{1, 0, scale, offset, {0, 0, 1, cols}, {0, 0, 1, static_cast<Index>(pixels.size())}};
  return pixels_of(resample(*kernel("resample", {set("method", method)}), in.view(), map).view());
}

inline void expect_row(const std::vector<float>& got, const std::vector<float>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_TRUE(same(got[i], wanted[i])) << "pixel " << i << " is " << got[i];
}

inline OwnedBlock noise(Shape shape) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(100, 20);
  OwnedBlock block(1, shape);
  for (Index r = 0; r < shape.rows; ++r)
    for (Index c = 0; c < shape.cols; ++c) block(0, r, c) = random() % 5 == 0 ? nan : normal(random);
  return block;
}

inline double overlap(double low, double high, Index pixel) {
  return std::max(0.0, std::min(high, static_cast<double>(pixel + 1)) - std::max(low, static_cast<double>(pixel)));
}

}  // namespace terroir::test
