#include "pipeline/vector/edge_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace terroir {
namespace {

Fixed to_fixed(double pixels) { return static_cast<Fixed>(std::floor(pixels * static_cast<double>(fixed_one) + 0.5)); }

/// Shows the sides of a ring as the file has them; a ring of one point has none.
template <class Visit>
void visit_edges(const PixelRing& ring, double by_cols, const Visit& visit) {
  const std::size_t count = ring.points.size();
  for (std::size_t i = 0; i < count; ++i) {
    const PixelPoint &a = ring.points[i], &b = ring.points[i + 1 < count ? i + 1 : 0];
    const Edge edge{to_fixed(a.col + by_cols), to_fixed(a.row), to_fixed(b.col + by_cols), to_fixed(b.row)};
    if (edge.x0 != edge.x1 || edge.y0 != edge.y1) visit(edge);
  }
}

/// Whether a ring runs the other way than its kind shall. By twice the area inside, about a point of its own, so that no digits are lost.
bool runs_backwards(const PixelRing& ring, double by_cols) {
  double sum = 0;
  Edge first;
  bool begun = false;
  visit_edges(ring, by_cols, [&](const Edge& e) {
    if (!std::exchange(begun, true)) first = e;
    const auto from_first = [](Fixed position, Fixed origin) { return static_cast<double>(position - origin); };
    sum += from_first(e.x0, first.x0) * from_first(e.y1, first.y0) - from_first(e.x1, first.x0) * from_first(e.y0, first.y0);
  });
  return (sum < 0) != ring.hole;
}

/// The pixels that rings reach into; empty where they have no sides.
Window box_of(std::span<const PixelRing> rings, double by_cols) {
  constexpr Fixed most = std::numeric_limits<Fixed>::max();
  Edge box{most, most, -most, -most};
  for (const PixelRing& ring : rings)
    visit_edges(ring, by_cols, [&](const Edge& e) {
      box = {std::min(box.x0, e.x0), std::min(box.y0, e.y0), std::max(box.x1, e.x0), std::max(box.y1, e.y0)};
    });
  if (box.x0 > box.x1) return {};
  const Index row = pixel_of(box.y0), col = pixel_of(box.x0);
  return {row, col, pixel_end(box.y1) - row, pixel_end(box.x1) - col};
}

}  // namespace

Fixed crossing(const Edge& e, Fixed y) noexcept {
  if (y == e.y0) return e.x0;
  if (y == e.y1) return e.x1;
  const bool down = e.y0 < e.y1;
  const Fixed x = down ? e.x0 : e.x1, low = down ? e.y0 : e.y1;
  const auto width = static_cast<double>((down ? e.x1 : e.x0) - x), height = static_cast<double>((down ? e.y1 : e.y0) - low);
  return x + static_cast<Fixed>(std::floor(width * (static_cast<double>(y - low) / height) + 0.5));
}

bool EdgeTable::add(std::span<const PixelRing> rings, float value, double by_cols) {
  const Window box = box_of(rings, by_cols);
  if (intersect(box, {0, 0, shape_.rows, shape_.cols}).empty()) return false;
  ++polygons_;
  for (const PixelRing& ring : rings) {
    const bool backwards = runs_backwards(ring, by_cols);
    visit_edges(ring, by_cols, [&](const Edge& e) { add_edge(backwards ? Edge{e.x1, e.y1, e.x0, e.y0} : e, box, value); });
  }
  return true;
}

void EdgeTable::add_edge(const Edge& edge, const Window& box, float value) {
  const Fixed low = std::min(edge.y0, edge.y1), high = std::max(edge.y0, edge.y1);
  const Index first = std::max<Index>(0, floor_div(pixel_of(low), band_rows_));
  const Index last = std::min(static_cast<Index>(bands_.size()) - 1, floor_div(pixel_of(high), band_rows_));
  for (Index number = first; number <= last; ++number) {
    Band& band = bands_[static_cast<std::size_t>(number)];
    std::size_t& owner = owners_[static_cast<std::size_t>(number)];
    if (owner != polygons_) band.runs.push_back({value, band.edges.size(), 0, box});
    owner = polygons_;
    band.edges.push_back(edge);
    ++band.runs.back().count;
  }
}

std::size_t EdgeTable::bytes() const noexcept {
  constexpr std::size_t block = 512;  // of a deque, and a pointer to it
  std::size_t sum = bands_.size() * (sizeof(Band) + sizeof(std::size_t));
  for (const Band& band : bands_)
    sum += (band.edges.size() * sizeof(Edge) / block + 1) * (block + 2 * sizeof(void*) + 16) + band.runs.capacity() * sizeof(Run);
  return sum;
}

}  // namespace terroir
