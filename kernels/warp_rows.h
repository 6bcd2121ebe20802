#pragma once

#include "kernels/warp_runs.h"

namespace terroir::warp {

/// The most destination pixels that one call takes.
inline constexpr Index longest_run = 256;

/// Four neighbours of each pixel of a run, and their weights; a neighbour that is not there has weight 0 and some valid place.
struct Neighbours {
  std::int32_t top[longest_run], bottom[longest_run], left[longest_run], right[longest_run];
  float top_weight[longest_run], bottom_weight[longest_run], left_weight[longest_run], right_weight[longest_run];
};

/// The pixel that holds each centre; -1 where there is none.
void find_holders(const WarpRun&, double first, const WarpSource&, std::int32_t* places) noexcept;
void take_holders(const float* source, const std::int32_t* places, Index count, float* out) noexcept;

/// The four centres around each centre, for bilinear interpolation.
void find_neighbours(const WarpRun&, double first, const WarpSource&, Neighbours&) noexcept;
/// Weighted means of the valid neighbours; nodata where they weigh less than 1e-6.
void blend_neighbours(const float* source, const Neighbours&, Index count, float* out) noexcept;

/// Weights by the distance from a pixel's centre, in units of the widened pixel.
enum class Curve { tent, cubic, lanczos, box };

/// Weights of up to `most` rows or columns of the source for each of up to `longest` pixels.
struct Taps {
  static constexpr Index most = 16, longest = 64;
  Index count = 0;
  float weight[most][longest];
  std::int32_t place[most][longest];  ///< offsets in the source block
};

/// Along which way taps lie, and how a run lies there.
struct TapLine {
  double position = 0, step = 0;  ///< of pixel i: position + i * step
  double first_pixel = 0;         ///< of the block
  std::int32_t pixels = 0, stride = 1, period = 0;
  double low = 0, high = 0;  ///< positions below and from here on have no weights
  double width = 1;          ///< by which the curve is stretched; the side of the box
};

/// Fills `taps` with source pixels number [begin, begin + taps.count) of those that the curve can reach around each of n pixels.
void weigh(Curve, const TapLine&, double first, Index begin, Index n, Taps& taps) noexcept;
/// How many source pixels a curve of some width can reach.
[[nodiscard]] Index reach(Curve, double width) noexcept;

/// Sums over valid source pixels: weight * value (or its square) and weight.
struct Sums {
  double values[Taps::longest], weights[Taps::longest];
};
void add_taps(const float* source, const Taps& rows, const Taps& cols, bool squares, Index n, Sums& sums) noexcept;

/// Weighted means of valid source pixels where all taps are at hand; nodata where they weigh less than 1e-6.
void blend_taps(const float* source, const Taps& rows, const Taps& cols, Index n, float* out) noexcept;

}  // namespace terroir::warp
