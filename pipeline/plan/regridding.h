#pragma once

#include "pipeline/plan/plan.h"

namespace terroir {

/// How a layer on a grid comes onto another: straight, where both share a CRS and one does not reach around the globe, else by a warp.
class Regridding {
 public:
  Regridding(const Grid& source, const Window& extent, const Grid& target) : source_(source), extent_(extent), target_(target) {}

  [[nodiscard]] bool warps() const;
  /// Throws Error(Fault::mistake) unless both grids are geographic and of one CRS, as conservative resampling needs them.
  void check_sphere() const;
  /// The source's lattice as seen from the target's.
  [[nodiscard]] LatticeMap map() const;
  /// Pixels of the target whose centre lies in the source, or any part of which does.
  [[nodiscard]] Window covered(bool in_part) const;

 private:
  const Grid& source_;
  const Window& extent_;
  const Grid& target_;
};

}  // namespace terroir
