#include "pipeline/vector/burn.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace terroir {
namespace {

/// Where edges cross the centre line of a row.
using Crossings = std::vector<std::pair<Index, Fixed>>;

bool beside(const EdgeTable::Run& run, const Window& window) { return intersect(run.box, window).empty(); }

void add_crossings(const Edge& e, const Window& window, Crossings& crossings) {
  if (e.y0 == e.y1) return;
  constexpr Fixed half = fixed_one / 2;
  const Fixed low = std::min(e.y0, e.y1), high = std::max(e.y0, e.y1);
  const Index first = std::max(window.row, pixel_end(low - half)), end = std::min(window.row_end(), pixel_end(high - half));
  for (Index row = first; row < end; ++row) crossings.emplace_back(row, crossing(e, row * fixed_one + half));
}

void fill(const BurnTarget& target, Index row, Index col, Index col_end, float value) {
  const Window& w = target.window;
  col = std::max(col, w.col), col_end = std::min(col_end, w.col_end());
  if (col < col_end) std::fill_n(target.row(row) + (col - w.col), col_end - col, value);
}

void burn_inside(const EdgeTable::Band& band, const EdgeTable::Run& run, const BurnTarget& target, Crossings& crossings) {
  crossings.clear();
  for (std::size_t i = run.first; i < run.first + run.count; ++i) add_crossings(band.edges[i], target.window, crossings);
  std::sort(crossings.begin(), crossings.end());
  const auto first_right = [](Fixed x) { return pixel_of(x + fixed_one / 2); };
  for (std::size_t i = 0; i + 1 < crossings.size(); i += 2)
    fill(target, crossings[i].first, first_right(crossings[i].second), first_right(crossings[i + 1].second), run.value);
}

}  // namespace

void burn_centers(const EdgeTable::Band& band, const BurnTarget& target) {
  Crossings crossings;
  for (const auto& run : band.runs)
    if (!beside(run, target.window)) burn_inside(band, run, target, crossings);
}

void burn_touched(const EdgeTable::Band& band, const BurnTarget& target) {
  Crossings crossings;
  for (const auto& run : band.runs) {
    if (beside(run, target.window)) continue;
    burn_inside(band, run, target, crossings);
    for (std::size_t i = run.first; i < run.first + run.count; ++i)
      cut_by_rows(band.edges[i], target.window.row, target.window.row_end(), [&](Index row, Fixed x0, Fixed, Fixed x1, Fixed) {
        fill(target, row, pixel_of(std::min(x0, x1)), pixel_end(std::max(x0, x1)), run.value);
      });
  }
}

std::size_t burn_scratch(Shape target) noexcept {
  // Of coverage: a sum in double for each pixel, and two whole numbers for each and for what lies left of a row.
  return static_cast<std::size_t>(target.rows * (target.cols * 3 + 2)) * sizeof(double);
}

}  // namespace terroir
