#pragma once

#include "pipeline/ports/crs_operation.h"
#include "pipeline/ports/vector_file.h"
#include "pipeline/vector/edge_table.h"

#include <optional>
#include <vector>

namespace terroir {

/// Carries rings from the CRS of a layer into the pixels of a grid. A side is straight in the layer's CRS; where it bends on the way,
/// points are put on it until what lies between them is straight to a thousandth of a pixel.
class PixelCarrier {
 public:
  /// `operation` leads from the layer's CRS to the grid's; null when they are the same.
  PixelCarrier(std::shared_ptr<const CrsOperation> operation, Grid grid, bool layer_is_geographic);

  /// The rings of a feature that may meet the grid; of a geographic grid also when they are moved by whole turns. Throws
  /// Error(Fault::mistake) for one that reaches where the grid's CRS has no coordinates.
  [[nodiscard]] std::vector<PixelRing> carry(const std::vector<Ring>& rings) const;

  /// Columns after which a geographic grid comes round again; 0 for others.
  [[nodiscard]] double turn() const noexcept { return turn_; }

 private:
  struct Box {
    double left = 0, bottom = 0, right = 0, top = 0;
  };
  [[nodiscard]] std::optional<Box> reach() const;
  [[nodiscard]] bool meets_reach(const std::vector<MapPoint>& points) const;
  [[nodiscard]] std::vector<PixelPoint> to_pixels(std::vector<MapPoint> points) const;
  /// Whether a side stays away from the grid by more than a margin, so that it may as well be straight.
  [[nodiscard]] bool passes_by(const PixelPoint& a, const PixelPoint& b, double margin) const;
  void bend(const MapPoint& from, const MapPoint& to, const PixelPoint& start, const PixelPoint& end, int depth,
            std::vector<PixelPoint>& out) const;

  std::shared_ptr<const CrsOperation> operation_;
  Grid grid_;
  bool layer_is_geographic_;
  double turn_ = 0;
  std::optional<Box> reach_;  ///< around the grid, in the layer's CRS; nothing where that cannot be told
};

}  // namespace terroir
