#include "pipeline/vector/edge_table.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

Fixed to_fixed(double pixels) { return static_cast<Fixed>(std::floor(pixels * static_cast<double>(fixed_one) + 0.5)); }

/// Twice the area inside a ring; its sign is the ring's direction. About its first point, so that no digits are lost far from the origin.
double turn_of(const std::vector<Edge>& edges) {
  double sum = 0;
  for (const Edge& e : edges) {
    const auto at = [&](Fixed x, Fixed origin) { return static_cast<double>(x - origin); };
    sum += at(e.x0, edges[0].x0) * at(e.y1, edges[0].y0) - at(e.x1, edges[0].x0) * at(e.y0, edges[0].y0);
  }
  return sum;
}

/// The edges of a ring, turned the way of shells or of holes.
std::vector<Edge> edges_of(const PixelRing& ring, double by_cols) {
  std::vector<Edge> edges;
  const std::size_t count = ring.points.size();
  for (std::size_t i = 0; i < count; ++i) {
    const PixelPoint &a = ring.points[i], &b = ring.points[i + 1 < count ? i + 1 : 0];
    const Edge edge{to_fixed(a.col + by_cols), to_fixed(a.row), to_fixed(b.col + by_cols), to_fixed(b.row)};
    if (edge.x0 != edge.x1 || edge.y0 != edge.y1) edges.push_back(edge);
  }
  if (!edges.empty() && (turn_of(edges) < 0) != ring.hole)
    for (Edge& e : edges) e = {e.x1, e.y1, e.x0, e.y0};
  return edges;
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
  std::vector<Edge> edges;
  for (const PixelRing& ring : rings) {
    const std::vector<Edge> more = edges_of(ring, by_cols);
    edges.insert(edges.end(), more.begin(), more.end());
  }
  if (edges.empty()) return false;
  const auto [left, right] = std::minmax_element(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.x0 < b.x0; });
  const auto [top, bottom] = std::minmax_element(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.y0 < b.y0; });
  Window box{pixel_of(top->y0), pixel_of(left->x0), 0, 0};
  box.rows = pixel_end(bottom->y0) - box.row, box.cols = pixel_end(right->x0) - box.col;
  if (intersect(box, {0, 0, shape_.rows, shape_.cols}).empty()) return false;
  ++polygons_;
  for (const Edge& edge : edges) add_edge(edge, box, value);
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
