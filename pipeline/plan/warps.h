#pragma once

#include "pipeline/plan/plan.h"

#include <string>
#include <tuple>
#include <vector>

namespace terroir {

/// The warps of a plan onto the recipe's grid: one for all layers that lie at one place.
class Warps {
 public:
  /// Both must outlive this.
  Warps(CrsReader& crs, const Plan& plan) : crs_(crs), plan_(plan) {}

  /// The warp from where a layer lies, of centres or of corners, as a kernel wants it: for what a pixel covers or for its centre alone.
  /// Throws Error(Fault::mistake), the text with what to do: no operation leads there, or footprints cannot be told.
  [[nodiscard]] std::shared_ptr<const Warp> from(const PlannedLayer& layer, const BoundKernel& kernel, Warp::Points points);

  /// The bounds of a source in the CRS of the recipe's grid.
  [[nodiscard]] std::string place_text(const Warp& warp) const;

 private:
  [[nodiscard]] std::shared_ptr<const CrsOperation> operation(const Grid& source, bool by_footprint) const;

  CrsReader& crs_;
  const Plan& plan_;
  /// By lattice and extent of the source, whether cells count by their edges, and what of the pixels has a position.
  std::vector<std::tuple<std::size_t, Window, bool, Warp::Points, std::shared_ptr<const Warp>>> all_;
};

}  // namespace terroir
