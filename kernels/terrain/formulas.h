#pragma once

#include "kernels/math.h"

/// The arithmetic of the terrain processes on one window, in float32 on differences. Whatever is missing makes NaN: `x - x` is 0,
/// or NaN where x is missing.
namespace terroir::terrain {

struct Nine {
  float a, b, c, d, e, f, g, h, i;
};

/// Rise for each metre to the east and to the south, and its square; before any z factor.
struct Gradient {
  float east, south, squared;
};

template <bool four_neighbours>
TERROIR_INLINE Gradient gradient(const Nine& w, float by_width, float by_height) noexcept {
  float east, south;
  if constexpr (four_neighbours) {
    const float total = ((w.a + w.c) + (w.g + w.i)) + ((w.b + w.h) + (w.d + w.f)) + w.e;
    const float missing = total - total;
    east = (w.f - w.d) + missing;
    south = (w.h - w.b) + missing;
  } else {
    const float missing = w.e - w.e;
    const float falling = w.i - w.a, rising = w.c - w.g;
    east = (falling + rising) + 2 * (w.f - w.d) + missing;
    south = (falling - rising) + 2 * (w.h - w.b) + missing;
  }
  const float x = east * by_width, y = south * by_height;
  return {x, y, x * x + y * y};
}

TERROIR_INLINE float angle(const Gradient& g, float z, float unit) noexcept {
  const float rise = z * math::sqrt(g.squared);
  const bool steep = rise > 1;
  const float r = math::atan_unit(steep ? 1 / rise : rise);
  return unit * (steep ? math::pi / 2 - r : r);
}

TERROIR_INLINE float percent(const Gradient& g, float z) noexcept { return 100 * (z * math::sqrt(g.squared)); }

/// Compass degrees of the way down, 0 <= aspect < 360; NaN on flat ground, where the quotient is 0 / 0.
TERROIR_INLINE float compass(const Gradient& g) noexcept {
  const float x = math::abs(g.east), y = math::abs(g.south);
  const float longer = x > y ? x : y, shorter = x > y ? y : x;
  float r = math::atan_unit(shorter / longer) * (180 / math::pi);
  r = x > y ? 90 - r : r;
  r = g.south < 0 ? 180 - r : r;
  r = g.east > 0 ? 360 - r : r;
  return r == 360 ? 0 : r;
}

/// 1 in the shade to 255 where the sun stands over the slope: the cosine of the sun's angle to the normal, times 254, plus 1.
TERROIR_INLINE float hillshade(const Gradient& g, float up, float east, float north, float z_squared) noexcept {
  const float cosine = (up - (g.east * east - g.south * north)) / math::sqrt(1 + z_squared * g.squared);
  return 1 + 254 * (cosine < 0 ? 0 : cosine);
}

/// How far the centre lies above each neighbour.
struct Drops {
  float a, b, c, d, f, g, h, i;
};

TERROIR_INLINE Drops drops(const Nine& w) noexcept {
  return {w.e - w.a, w.e - w.b, w.e - w.c, w.e - w.d, w.e - w.f, w.e - w.g, w.e - w.h, w.e - w.i};
}

TERROIR_INLINE float sum(const Drops& x) noexcept { return ((x.a + x.b) + (x.c + x.d)) + ((x.f + x.g) + (x.h + x.i)); }

TERROIR_INLINE float riley(const Drops& x) noexcept {
  return math::sqrt(sum({x.a * x.a, x.b * x.b, x.c * x.c, x.d * x.d, x.f * x.f, x.g * x.g, x.h * x.h, x.i * x.i}));
}

TERROIR_INLINE float wilson(const Drops& x) noexcept {
  return 0.125f * sum({math::abs(x.a), math::abs(x.b), math::abs(x.c), math::abs(x.d), math::abs(x.f), math::abs(x.g), math::abs(x.h),
                       math::abs(x.i)});
}

TERROIR_INLINE float larger(float a, float b) noexcept { return a > b ? a : b; }
TERROIR_INLINE float smaller(float a, float b) noexcept { return a < b ? a : b; }

/// Highest less lowest of the nine; `total` is the sum of the drops, NaN where one is missing.
TERROIR_INLINE float range(const Nine& w, float total) noexcept {
  const float high = larger(larger(larger(larger(w.a, w.b), larger(w.c, w.d)), larger(larger(w.f, w.g), larger(w.h, w.i))), w.e);
  const float low = smaller(smaller(smaller(smaller(w.a, w.b), smaller(w.c, w.d)), smaller(smaller(w.f, w.g), smaller(w.h, w.i))), w.e);
  return (high - low) + (total - total);
}

}  // namespace terroir::terrain
