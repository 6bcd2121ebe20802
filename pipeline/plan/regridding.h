#pragma once

#include "pipeline/plan/plan.h"

#include <optional>

namespace terroir {

/// How a layer on a grid comes onto another: straight, where both share a CRS and one does not reach around the globe, else by a warp.
class Regridding {
 public:
  Regridding(const Grid& source, const Window& extent, const Grid& target) : source_(source), extent_(extent), target_(target) {}

  [[nodiscard]] bool warps() const;
  [[nodiscard]] bool changes_crs() const;
  /// Whether a kernel goes by areas here. What pixels cover is known where the source has rows and columns, these of one width. Throws
  /// Error(Fault::mistake) where it is not and the kernel needs it.
  [[nodiscard]] bool by_areas(Areas) const;
  /// The source's lattice as seen from the target's, in the turn of the globe in which they meet; of uneven rows by their latitudes,
  /// southwards. Throws Error(Fault::mistake) when they meet in several turns that are no whole number of columns apart.
  [[nodiscard]] LatticeMap map() const;
  /// Pixels of the target whose centre lies in the source, or any part of which does.
  [[nodiscard]] Window covered(bool in_part) const;

 private:
  [[nodiscard]] const Crs& source_crs() const noexcept;
  void check_areas() const;
  [[nodiscard]] std::optional<LatticeMap> find_map() const;
  [[nodiscard]] LatticeMap uneven_map() const;
  [[nodiscard]] bool turn(LatticeMap& map, double width) const;

  const Grid& source_;
  const Window& extent_;
  const Grid& target_;
};

}  // namespace terroir
