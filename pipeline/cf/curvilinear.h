#pragma once

#include "pipeline/cf/axes.h"
#include "tiling/cells.h"

#include <memory>
#include <optional>
#include <vector>

namespace terroir {

/// The variables that hold the longitude and latitude of each cell of a variable.
struct CurvilinearCoordinates {
  const CfVariable *latitude = nullptr, *longitude = nullptr;
  bool turned = false;  ///< stored by column, then row
};

/// The two-dimensional coordinates that `coordinates` names, or that lie on the same rows and columns; nothing without both. `y` and `x`:
/// places of the variable's dimensions.
[[nodiscard]] std::optional<CurvilinearCoordinates> find_curvilinear(const CfFile& file, const CfVariable& variable, std::size_t y,
                                                                     std::size_t x);

/// Latitudes of rows and longitudes of columns.
struct RectilinearAxes {
  std::vector<double> latitudes, longitudes;
};

/// Two-dimensional coordinates that are the same along each row and column: a plain grid, written at length.
[[nodiscard]] std::optional<RectilinearAxes> read_rectilinear(CfFile& file, const CurvilinearCoordinates& coordinates, Shape shape);

/// The cells, from the north where rows are stored from the south, and likewise for columns. Numbers that are no place (fill values,
/// latitudes beyond the poles) leave a cell without one. Throws Error(Fault::mistake) when all are, or when there are too many cells to be
/// kept in memory.
[[nodiscard]] std::shared_ptr<const Cells> read_curvilinear(CfFile& file, const CurvilinearCoordinates& coordinates, Shape shape, Crs crs,
                                                            bool south_up, bool mirrored);

}  // namespace terroir
