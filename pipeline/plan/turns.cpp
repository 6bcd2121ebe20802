#include "pipeline/plan/turns.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

/// Columns of a turn of the globe; 0 when these are no whole number.
Index whole_columns_of_turn(const Grid& grid) {
  if (!grid.crs().known() || !grid.crs().geographic) return 0;
  const double columns = 360 / grid.affine().dx, whole = std::round(columns);
  return whole >= 1 && std::abs(columns - whole) < 1e-3 ? static_cast<Index>(whole) : 0;
}

}  // namespace

Turned turned(const Grid& grid, const Window& window, const Window& wanted, Index margin) {
  const Index turn = whole_columns_of_turn(grid);
  const Window wide{window.row, wanted.col - margin, window.rows, wanted.cols + 2 * margin};
  if (turn == 0 || window.contains(wide)) return {window, {0}};
  const bool around = window.cols == turn;
  Window extent = wide;
  if (around) {
    extent.cols = std::max(turn, wide.cols);
    extent.col -= (extent.cols - wide.cols) / 2;
  }
  Turned result;
  Window covered;
  for (Index shift = -3 * turn; shift <= 3 * turn; shift += turn) {
    const Window shifted = window.shifted(0, shift);
    if (intersect(shifted, extent).empty()) continue;
    result.shifts.push_back(shift);
    covered = bounding(covered, shifted);
  }
  if (result.shifts.empty()) return {window, {0}};
  result.extent = around ? extent : covered;
  return result;
}

Turned turned_to(const Grid& target, const Grid& grid, const Window& window, bool wanted) {
  if (!wanted || !target.crs().geographic || target.crs() != grid.crs()) return {window, {0}};
  if (grid == target) return turned(grid, window, target.window(), 0);
  constexpr Index margin = 8;  // of what a method looks at beyond the grid
  const auto edge = [&](Index col) { return grid.to_pixel(target.to_map({0, static_cast<double>(col)})).col; };
  const auto first = static_cast<Index>(std::floor(edge(0))), end = static_cast<Index>(std::ceil(edge(target.shape().cols)));
  return turned(grid, window, {window.row, first, window.rows, end - first}, margin);
}

}  // namespace terroir
