#pragma once

#include "kernels/kernel.h"
#include "pipeline/ports/crs_operation.h"

#include <array>
#include <list>
#include <map>
#include <mutex>

namespace terroir {

/// How a lattice lies in a lattice of another CRS, or of the same one on the other side of the date line: the positions of destination
/// centres in the source, from control points of patches of the destination. Patches lie at multiples of their size from the map's
/// origin, so that no position depends on a block, a tile or the part of a grid that is wanted. Their control points stand as close as
/// it takes for positions between them to be right to 0.002 pixels. Made when they are asked for, and kept while they fit a budget; used
/// by several threads.
class Warp {
 public:
  /// What of the destination's pixels has a position.
  enum class Points { centres, corners };

  using Patches = std::vector<std::shared_ptr<const ControlPatch>>;

  /// `operation` leads from the source's CRS to the destination's; null when both are the same. Positions in a source of cells (see
  /// Grid::cells) may bend and jump anywhere: control points are compared with the positions of all pixels.
  /// `extent`: where the source can have data; a source that goes once around the globe is periodic.
  Warp(std::shared_ptr<const CrsOperation> operation, const Grid& source, const Window& extent, const Grid& destination,
       Points points = Points::centres);

  [[nodiscard]] const CrsOperation* operation() const noexcept { return operation_.get(); }
  [[nodiscard]] const Window& extent() const noexcept { return extent_; }
  /// Columns after which the source begins again; 0: never.
  [[nodiscard]] Index period() const noexcept { return periodic_ ? extent_.cols : 0; }
  /// Columns of 360 degrees of a source in longitudes, or on a cylinder; 0: none.
  [[nodiscard]] double turn() const noexcept { return turn_; }
  [[nodiscard]] double largest_scale() const noexcept { return largest_scale_; }
  /// Degrees of latitude at row 0 of a geographic source, and for each of its rows; both 0 of others, and of cells.
  [[nodiscard]] std::array<double, 2> latitudes() const noexcept;
  /// Whether source and destination lie the other way round, as with rows from the south and from the north.
  [[nodiscard]] bool mirrored() const noexcept { return mirrored_; }
  /// Whether positions of neighbouring pixels may lie anywhere, as at the seam of a curvilinear grid.
  [[nodiscard]] bool torn() const noexcept { return source_.cells() != nullptr; }
  /// Destination pixels that can have data; the window may hold others as well.
  [[nodiscard]] const Window& covered() const noexcept { return covered_; }
  /// Map coordinates of the corners of what the source covers in the destination's CRS, as far as they are known.
  [[nodiscard]] std::array<double, 4> covered_bounds() const noexcept { return bounds_; }

  /// The patches that overlap a window.
  [[nodiscard]] Patches patches(const Window& destination) const;
  /// Source pixels that a kernel needs for a window: those of the extent only, or, of a periodic source, columns that may go on beyond
  /// it, all in one turn when `one_turn`. Of windows of more than a thousand patches an estimate.
  [[nodiscard]] Window request(const Window& destination, const BoundKernel& kernel, bool one_turn) const;

  /// Bytes of patches that are kept: those of curvilinear cells often hold every pixel, those of corners many.
  [[nodiscard]] std::size_t budget() const noexcept { return std::size_t{8} << (torn() || corners_ ? 22 : 20); }

 private:
  using Place = std::pair<Index, Index>;
  static constexpr Index side = 256;  ///< of a patch
  [[nodiscard]] static bool known(const PixelPoint& p) noexcept { return p.row == p.row && p.col == p.col; }
  struct Range {
    double row = 0, row_end = 0, col = 0, col_end = 0, support_rows = 0, support_cols = 0;
    bool any = false;
  };
  struct Kept {
    std::shared_ptr<const ControlPatch> patch;
    std::list<Place>::iterator place;
  };

  [[nodiscard]] bool carry_extent();
  [[nodiscard]] bool holds_pole() const;
  [[nodiscard]] std::array<double, 2> pole_rows() const;
  [[nodiscard]] bool turn_bounds();
  void cover();
  void measure_scale();
  void find_side();
  [[nodiscard]] double scale_at(double row, double col) const;
  [[nodiscard]] std::shared_ptr<const ControlPatch> patch(Place) const;
  [[nodiscard]] std::vector<Place> places(const Window& destination) const;
  [[nodiscard]] Index widest_spacing() const;
  [[nodiscard]] ControlPatch make_patch(Place) const;
  [[nodiscard]] ControlPatch compared_patch(const Window& place) const;
  [[nodiscard]] ControlPatch without_points(const Window& place, Index spacing) const;
  [[nodiscard]] ControlPatch nowhere(const Window& place) const;
  [[nodiscard]] ControlPatch lattice(const Window& place, Index spacing) const;
  [[nodiscard]] bool close(const ControlPatch& coarse, const ControlPatch& fine) const;
  void unwrap(std::vector<PixelPoint>& points, Index per_row) const;
  void to_source(std::vector<MapPoint>& points) const;
  void include_rings(const ControlPatch&, const Window& part, Range& range) const;
  void include(const ControlPatch&, const Window& part, const BoundKernel&, Range&) const;
  [[nodiscard]] Range estimate(const Window& destination, const BoundKernel&) const;
  [[nodiscard]] Window window_of(const Range&, bool one_turn) const;

  std::shared_ptr<const CrsOperation> operation_;
  Grid source_, destination_;
  bool corners_, mirrored_ = false;
  Window extent_, covered_;
  std::array<double, 4> bounds_{};
  double turn_ = 0;  ///< columns of 360 degrees of a source in longitudes, or on a cylinder; 0: none
  bool periodic_ = false;
  double largest_scale_ = 1;
  Index anchor_row_ = 0, anchor_col_ = 0;

  mutable std::mutex mutex_;
  mutable std::map<Place, Kept> kept_;
  mutable std::list<Place> recent_;
  mutable std::size_t kept_bytes_ = 0;
};

/// Whether a window of a grid goes once around the globe.
[[nodiscard]] bool goes_around(const Grid&, const Window&) noexcept;

}  // namespace terroir
