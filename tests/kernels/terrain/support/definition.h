#pragma once

#include "tests/kernels/terrain/support/window.h"

#include <functional>
#include <numbers>

namespace terroir::test {

struct Nine {
  double a, b, c, d, e, f, g, h, i;
};

/// The definitions in double, one pixel at a time; width 25 m, height 31 m.
inline std::vector<double> by_definition(const OwnedBlock& in, const std::function<double(const Nine&)>& formula) {
  std::vector<double> out;
  const auto at = [&in](Index r, Index c) { return static_cast<double>(in(0, r, c)); };
  for (Index r = 0; r < in.view().rows(); ++r)
    for (Index c = 0; c < in.view().cols(); ++c)
      out.push_back(formula({at(r - 1, c - 1), at(r - 1, c), at(r - 1, c + 1), at(r, c - 1), at(r, c), at(r, c + 1), at(r + 1, c - 1),
                             at(r + 1, c), at(r + 1, c + 1)}));
  return out;
}

inline double horn_east(const Nine& w) { return ((w.c + 2 * w.f + w.i) - (w.a + 2 * w.d + w.g)) / (8 * 25.0); }
inline double horn_south(const Nine& w) { return ((w.g + 2 * w.h + w.i) - (w.a + 2 * w.b + w.c)) / (8 * 31.0); }
inline double degrees(double radians) { return radians * 180 / std::numbers::pi; }

/// Heights less that of the centre.
inline std::vector<double> drops(const Nine& w) {
  return {w.a - w.e, w.b - w.e, w.c - w.e, w.d - w.e, w.f - w.e, w.g - w.e, w.h - w.e, w.i - w.e};
}

/// High rough ground through a process agrees with its definition.
inline void expect_definition(const char* process, const Settings& settings, const std::function<double(const Nine&)>& formula,
                              double tolerance) {
  const OwnedBlock in = noise_raster(1, {31, 67}, one, 7900, 8100, 0);
  const auto got = run_terrain(process, settings, in, 25, 31);
  const auto want = by_definition(in, formula);
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], want[k], tolerance) << process << " at " << k;
}

}  // namespace terroir::test
