#pragma once

#include <algorithm>
#include <bit>

#include "tests/kernels/local/run_process.h"

/// Rasters with a halo for the tests of focal processes.
namespace terroir::test {

/// One time of pixels, with nodata around. Not inlined: g++ 12 then imagines rows of negative length and warns of their memory.
[[gnu::noinline]] inline OwnedBlock raster(const std::vector<std::vector<float>>& rows, Halo halo) {
  OwnedBlock block(1, {static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size())}, halo, nan);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < rows[r].size(); ++c) block(0, static_cast<Index>(r), static_cast<Index>(c)) = rows[r][c];
  return block;
}

/// Even noise in [0, 1), the same on every machine.
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : state_(seed) {}
  float operator()() noexcept {
    state_ = state_ * 1664525 + 1013904223;
    return static_cast<float>(state_ >> 8) * 0x1p-24f;
  }

 private:
  std::uint32_t state_;
};

/// Noise of `low` to `high` in the block and its halo, of which a share is missing.
inline OwnedBlock noise_raster(Index times, Shape shape, Halo halo, float low, float high, float missing, std::uint32_t seed = 1) {
  OwnedBlock block(times, shape, halo);
  Noise noise(seed);
  for (Index t = 0; t < times; ++t)
    for (Index r = -halo.rows; r < shape.rows + halo.rows; ++r)
      for (Index c = -halo.cols; c < shape.cols + halo.cols; ++c) {
        const bool gone = noise() < missing;
        const float value = low + (high - low) * noise();
        block(t, r, c) = gone ? nan : value;
      }
  return block;
}

/// Runs a focal kernel on pixels of one ground size, or of one for each row.
inline std::vector<OwnedBlock> run_focal(const BoundKernel& kernel, const Block<const float>& in, std::vector<double> width = {1},
                                         std::vector<double> height = {1}) {
  std::vector<OwnedBlock> blocks;
  std::vector<Block<float>> out;
  const std::vector<LayerInfo> known(1);
  for (std::size_t i = 0; i < kernel.outputs(known).size(); ++i) blocks.emplace_back(in.times(), in.shape(), Halo{}, -1e30f);
  for (const auto& block : blocks) out.push_back(block.view());
  width.resize(static_cast<std::size_t>(in.rows()), width.back());
  height.resize(static_cast<std::size_t>(in.rows()), height.back());
  Buffer scratch(kernel.scratch_bytes(in.times(), in.shape()));
  Args args;
  args.in = {&in, 1};
  args.out = out;
  args.ground = {width, height};
  args.scratch = scratch.data();
  kernel.run(args);
  return blocks;
}

/// Whether two blocks hold the same bits; which of its many NaNs a missing pixel has is open (sinks write one of them).
inline bool same_bits(const Block<const float>& a, const Block<const float>& b) {
  const auto x = pixels_of(a), y = pixels_of(b);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](float p, float q) {
    return std::bit_cast<std::uint32_t>(p) == std::bit_cast<std::uint32_t>(q) || (std::isnan(p) && std::isnan(q));
  });
}

}  // namespace terroir::test
