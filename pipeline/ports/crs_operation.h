#pragma once

#include "tiling/grid.h"

#include <memory>
#include <span>
#include <string>

namespace terroir {

/// One fixed way from the coordinates of one CRS to those of another. Axes are x (longitude) before y (latitude), angles in degrees.
/// May be used by several threads.
class CrsOperation {
 public:
  virtual ~CrsOperation() = default;
  /// What the operation is, and how far off it may be in metres; negative when unknown.
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;
  [[nodiscard]] virtual double accuracy() const noexcept = 0;
  /// Carries points over, in place; those for which there is no answer become NaN.
  virtual void forward(std::span<MapPoint> points) const = 0;
  virtual void inverse(std::span<MapPoint> points) const = 0;
};

}  // namespace terroir
