#pragma once

#include "kernels/focal/partial.h"

namespace terroir::focal {

enum class Reducer { mean, sd, min, max, sum, range, count };

/// The planes that a reducer is computed from.
inline void add_planes(Reducer reducer, Planes& planes) noexcept {
  if (reducer == Reducer::mean || reducer == Reducer::sd) planes.add(Plane::mean);
  if (reducer == Reducer::sd) planes.add(Plane::squares);
  if (reducer == Reducer::min || reducer == Reducer::range) planes.add(Plane::low);
  if (reducer == Reducer::max || reducer == Reducer::range) planes.add(Plane::high);
  if (reducer == Reducer::sum) planes.add(Plane::sum);
}

/// When a window has no result: its centre is missing, it has fewer valid pixels than `min_valid`, or (sd) no more than `ddof`.
struct Validity {
  float min_valid = 1, ddof = 0;
};

/// Turns a row of whole windows into the results of a reducer; `centre` are the pixels in the middle of the windows.
void finish_row(const Partial& windows, Reducer reducer, const Validity& validity, const float* centre, float* out, Index count) noexcept;

}  // namespace terroir::focal
