#include "pipeline/plan/cell_search.h"

#include "pipeline/plan/quad.h"
#include "tiling/angle.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr Index fan = 4;           // quads, or boxes, along a side of a box
constexpr double rounding = 1e-9;  // shares of a quad by which its edges are wide
constexpr double crack = 0.02;     // likewise between quads of which one is seen in the plane of a pole

std::array<double, 3> in_space(const MapPoint& p) noexcept {
  const double across = std::cos(p.y * radians_per_degree);
  return {across * std::cos(p.x * radians_per_degree), across * std::sin(p.x * radians_per_degree), std::sin(p.y * radians_per_degree)};
}

}  // namespace

CellSearch::CellSearch(const Cells& cells) : cells_(cells), rows_(cells.shape.rows + 1), cols_(cells.shape.cols + 1) {
  Level level{ceil_div(rows_, fan), ceil_div(cols_, fan), {}};
  level.boxes.reserve(static_cast<std::size_t>(level.rows * level.cols));
  for (Index r = 0; r < level.rows; ++r)
    for (Index c = 0; c < level.cols; ++c) level.boxes.push_back(box_of_cells(r * fan, c * fan));
  levels_.push_back(std::move(level));
  while (levels_.back().boxes.size() > 1) {
    const Level& fine = levels_.back();
    Level next{ceil_div(fine.rows, fan), ceil_div(fine.cols, fan), {}};
    constexpr float far = std::numeric_limits<float>::infinity();
    next.boxes.resize(static_cast<std::size_t>(next.rows * next.cols), {{far, far, far}, {-far, -far, -far}});
    for (Index r = 0; r < fine.rows; ++r)
      for (Index c = 0; c < fine.cols; ++c) {
        const Box& part = fine.boxes[static_cast<std::size_t>(r * fine.cols + c)];
        Box& box = next.boxes[static_cast<std::size_t>(r / fan * next.cols + c / fan)];
        for (std::size_t i = 0; i < 3; ++i) {
          box.low[i] = std::min(box.low[i], part.low[i]);
          box.high[i] = std::max(box.high[i], part.high[i]);
        }
      }
    levels_.push_back(std::move(next));
  }
}

/// Around fan x fan quads from one on, as far as they have places. What lies between their corners bulges.
CellSearch::Box CellSearch::box_of_cells(Index row, Index col) const {
  constexpr double far = std::numeric_limits<double>::infinity();
  std::array<double, 3> low = {far, far, far}, high = {-far, -far, -far};
  for (Index r = row; r <= std::min(row + fan, rows_); ++r)
    for (Index c = col; c <= std::min(col + fan, cols_); ++c) {
      const MapPoint& p = cells_.at(r - 1, c - 1);
      if (p.x != p.x) continue;
      const auto place = in_space(p);
      for (std::size_t i = 0; i < 3; ++i) low[i] = std::min(low[i], place[i]), high[i] = std::max(high[i], place[i]);
    }
  const double diagonal =
      (high[0] - low[0]) * (high[0] - low[0]) + (high[1] - low[1]) * (high[1] - low[1]) + (high[2] - low[2]) * (high[2] - low[2]);
  const double more = diagonal + 1e-5;
  Box box;
  for (std::size_t i = 0; i < 3; ++i) box.low[i] = static_cast<float>(low[i] - more), box.high[i] = static_cast<float>(high[i] + more);
  return box;
}

std::optional<PixelPoint> CellSearch::find(const MapPoint& point) const {
  if (!std::isfinite(point.x) || !std::isfinite(point.y)) return std::nullopt;
  const auto place = in_space(point);
  Search search{point, {static_cast<float>(place[0]), static_cast<float>(place[1]), static_cast<float>(place[2])}, {}, {}};
  auto found = descend(levels_.size() - 1, 0, 0, search);
  if (!found) found = search.continued ? search.continued : search.beside;
  return found && holds_pixel(*found) ? found : std::nullopt;
}

std::optional<PixelPoint> CellSearch::descend(std::size_t number, Index row, Index col, Search& search) const {
  const Level& level = levels_[number];
  const Box& box = level.boxes[static_cast<std::size_t>(row * level.cols + col)];
  for (std::size_t i = 0; i < 3; ++i)
    if (!(search.place[i] >= box.low[i] && search.place[i] <= box.high[i])) return std::nullopt;
  if (number == 0) return look_into(row * fan, col * fan, search);
  const Level& fine = levels_[number - 1];
  for (Index r = row * fan; r < std::min((row + 1) * fan, fine.rows); ++r)
    for (Index c = col * fan; c < std::min((col + 1) * fan, fine.cols); ++c)
      if (auto found = descend(number - 1, r, c, search)) return found;
  return std::nullopt;
}

std::optional<PixelPoint> CellSearch::look_into(Index row, Index col, Search& search) const {
  const auto placed = [&](Index r, Index c) {
    if (cells_.around && (c < 0 || c >= cells_.shape.cols)) c -= floor_div(c, cells_.shape.cols) * cells_.shape.cols;
    return r >= 0 && r < cells_.shape.rows && c >= 0 && c < cells_.shape.cols && cells_.is_placed(r, c);
  };
  for (Index r = row - 1; r < std::min(row + fan, rows_) - 1; ++r)
    for (Index c = col - 1; c < std::min(col + fan, cols_) - 1; ++c) {
      const Quad quad({cells_.at(r, c), cells_.at(r, c + 1), cells_.at(r + 1, c), cells_.at(r + 1, c + 1)});
      if (!quad.whole()) continue;
      const auto shares = quad.find(search.point, crack);
      if (!shares) continue;
      const PixelPoint position{static_cast<double>(r) + 0.5 + shares->row, static_cast<double>(c) + 0.5 + shares->col};
      const auto inside = [](double share) { return share >= -rounding && share <= 1 + rounding; };
      if (!inside(shares->row) || !inside(shares->col)) {
        if (!search.beside) search.beside = position;
      } else if (placed(r, c) && placed(r, c + 1) && placed(r + 1, c) && placed(r + 1, c + 1)) {
        return position;
      } else if (!search.continued && holds_pixel(position)) {
        search.continued = position;
      }
    }
  return std::nullopt;
}

/// Whether the pixel at a position has coordinates, or there is none.
bool CellSearch::holds_pixel(const PixelPoint& position) const {
  const auto row = static_cast<Index>(std::floor(position.row));
  auto col = static_cast<Index>(std::floor(position.col));
  if (cells_.around) col -= floor_div(col, cells_.shape.cols) * cells_.shape.cols;
  const bool inside = row >= 0 && row < cells_.shape.rows && col >= 0 && col < cells_.shape.cols;
  return !inside || cells_.is_placed(row, col);
}

MapPoint CellSearch::at(const PixelPoint& position) const {
  // From the centre before a position to the one after it.
  const auto before = [](double at, Index last) { return std::clamp<Index>(static_cast<Index>(std::floor(at - 0.5)), -1, last); };
  const Index r = before(position.row, rows_ - 2), c = before(position.col, cols_ - 2);
  const Quad quad({cells_.at(r, c), cells_.at(r, c + 1), cells_.at(r + 1, c), cells_.at(r + 1, c + 1)});
  return quad.at(position.row - 0.5 - static_cast<double>(r), position.col - 0.5 - static_cast<double>(c));
}

std::size_t CellSearch::bytes(Shape cells) noexcept {
  // A box for fan x fan quads, and for each level above a sixteenth of the level below.
  return static_cast<std::size_t>(ceil_div(cells.rows + 1, fan) * ceil_div(cells.cols + 1, fan)) * sizeof(Box) * 5 / 4;
}

}  // namespace terroir
