#pragma once

#include "tests/kernels/raster.h"

namespace terroir::test {

inline constexpr Halo one = {1, 1};

inline std::vector<float> run_terrain(const char* process, const Settings& settings, const OwnedBlock& in, double width = 1,
                                      double height = 1) {
  return pixels_of(run_focal(*kernel(process, settings), in.view(), {width}, {height})[0].view());
}

/// A window of 3 x 3 pixels around which nothing is known: the result of its centre.
inline float centre(const char* process, const Settings& settings, const std::vector<std::vector<float>>& rows, double width = 1,
                    double height = 1) {
  return run_terrain(process, settings, raster(rows, one), width, height)[4];
}

}  // namespace terroir::test
