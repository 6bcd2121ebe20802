#include "kernels/math.h"
#include "kernels/corner_ring.h"
#include "kernels/source_areas.h"
#include "kernels/source_rows.h"
#include "kernels/warp_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

/// Times that share the geometry of a pixel.
constexpr Index together = 64;
/// A share of a pixel's area that is rounding: positions across CRSs are known to some millionths of a source pixel.
constexpr double nothing = 1e-5;
/// Less than this of a source pixel is no position beyond its edge.
constexpr double edge = 1e-9;

struct Vertex {
  double x, y;
};

/// A polygon in a plane whose areas are those of the source; cutting off a side adds a vertex at most for each one that goes.
struct Polygon {
  static constexpr int most = 64;
  Vertex vertices[most];
  int count = 0;

  void add(const Vertex& v) noexcept {
    if (count < most) vertices[count++] = v;
  }

  /// Positive where vertices follow each other from the first axis to the second.
  [[nodiscard]] double area() const noexcept {
    double twice = 0;
    for (int i = 2; i < count; ++i) {
      const Vertex &o = vertices[0], &a = vertices[i - 1], &b = vertices[i];
      twice += (a.x - o.x) * (b.y - o.y) - (b.x - o.x) * (a.y - o.y);
    }
    return twice / 2;
  }

  [[nodiscard]] bool convex() const noexcept {
    for (int i = 0; i < count; ++i) {
      const Vertex &a = vertices[i], &b = vertices[(i + 1) % count], &c = vertices[(i + 2) % count];
      if ((b.x - a.x) * (c.y - b.y) - (c.x - b.x) * (b.y - a.y) < 0) return false;
    }
    return count == 4;
  }
};

/// The part of a polygon on one side of a line along an axis, after Sutherland and Hodgman (1974): `sign` * coordinate >= `sign` * `line`.
template <double Vertex::*axis, double Vertex::*other>
void cut(const Polygon& from, double line, double sign, Polygon& to) noexcept {
  to.count = 0;
  for (int i = 0; i < from.count; ++i) {
    const Vertex &a = from.vertices[i], &b = from.vertices[i + 1 < from.count ? i + 1 : 0];
    const double da = sign * (a.*axis - line), db = sign * (b.*axis - line);
    if (da >= 0) to.add(a);
    if ((da > 0 && db < 0) || (da < 0 && db > 0)) {
      // From the same end for both pixels that share a side, so that they agree on the place.
      const bool ahead = a.*axis < b.*axis;
      const Vertex &low = ahead ? a : b, &high = ahead ? b : a;
      Vertex v;
      v.*axis = line;
      v.*other = low.*other + (high.*other - low.*other) * ((line - low.*axis) / (high.*axis - low.*axis));
      to.add(v);
    }
  }
}

/// The part of a polygon between two lines along an axis.
template <double Vertex::*axis, double Vertex::*other>
void cut_between(const Polygon& from, double low, double high, Polygon& to) noexcept {
  Polygon half;
  cut<axis, other>(from, low, 1, half);
  cut<axis, other>(half, high, -1, to);
}

struct Span {
  double low = std::numeric_limits<double>::max(), high = -low;
  void include(double v) noexcept { low = std::min(low, v), high = std::max(high, v); }
  [[nodiscard]] Index first() const noexcept { return static_cast<Index>(std::floor(low)); }
  [[nodiscard]] Index last() const noexcept { return static_cast<Index>(std::ceil(high)); }
};

double snapped(double position) noexcept {
  const double whole = std::floor(position + 0.5);
  return std::abs(position - whole) < edge ? whole : position;
}

class Overlaps {
 public:
  Overlaps(AreaResult result, double min_valid, const Args& args) noexcept
      : rule_{result, min_valid, nothing}, args_(args), map_(args.map), in_(args.in[0]), sphere_(map_.latitude_step != 0) {
    if (sphere_) places_ = {map_.first_latitude, map_.latitude_step};
    if (const auto& edges = map_.patches.front()->row_edges) places_.edges = *edges, sphere_ = map_.turn != 0;
    globe_ = {map_.turn, sphere_ ? std::array{places_.row_of(90), places_.row_of(-90)} : poles_beyond(map_.extent)};
    flipped_ = map_.row_scale * map_.col_scale < 0;
  }

  void run() noexcept {
    for (const auto& patch : map_.patches) {
      const Window part = intersect(patch->place, map_.destination);
      for (Index row = part.row; row < part.row_end(); ++row)
        for (Index col = part.col; col < part.col_end(); ++col) run_pixel(*patch, row, col);
    }
  }

 private:
  /// Where a row position lies in a plane of equal areas, growing with rows.
  [[nodiscard]] double height(double row) const noexcept {
    double place = places_.coordinate(row);
    if (sphere_) {
      constexpr double radian = 3.14159265358979323846 / 180;
      place = math::detail::sine(math::detail::reduce(std::clamp(place, -90.0, 90.0) * radian));
    }
    return places_.descend() ? -place : place;
  }

  void run_pixel(const ControlPatch& patch, Index row, Index col) noexcept {
    const CornerRing ring = ring_of(corners_of(patch, row - patch.place.row, col - patch.place.col), globe_);
    const auto out = [&](Index t) -> float& { return args_.out[0](t, row - map_.destination.row, col - map_.destination.col); };
    place(ring);
    for (first_ = 0; first_ < args_.out[0].times(); first_ += together) {
      count_ = std::min(together, args_.out[0].times() - first_);
      std::fill_n(sums_, count_, 0.0), std::fill_n(weights_, count_, 0.0);
      if (area_ > 0) add_turns();
      // Of amounts a pixel of the source counts, be it a small part of this one.
      const double area = rule_.shares() ? std::min(area_, row_height_) : area_;
      for (Index t = 0; t < count_; ++t) out(first_ + t) = rule_.pixel(sums_[t], weights_[t], area);
    }
  }

  /// The pixel in the plane; one that lies the other way round reaches over the end of a map, where its corners are no neighbours.
  void place(const CornerRing& ring) noexcept {
    pixel_.count = 0, rows_ = {}, cols_ = {};
    Span heights;
    for (int i = 0; i < ring.count; ++i) {
      const PixelPoint& p = ring.points[static_cast<std::size_t>(flipped_ ? ring.count - 1 - i : i)];
      const double row = snapped(p.row), col = snapped(p.col);
      rows_.include(row), cols_.include(col);
      pixel_.add({col, height(row)});
      heights.include(pixel_.vertices[i].y);
    }
    row_height_ = (heights.high - heights.low) / (rows_.high - rows_.low);
    area_ = pixel_.area();
    if (!(rows_.high - rows_.low < 1e9 && cols_.high - cols_.low < 1e9)) area_ = 0;
    convex_ = area_ > 0 && pixel_.convex();
  }

  /// A source that does not go once around the globe may be met from both sides.
  void add_turns() noexcept {
    add_pixel();
    if (globe_.turn == 0 || map_.period > 0) return;
    const Polygon here = pixel_;
    const Span cols = cols_;
    for (const double turns : {globe_.turn, -globe_.turn}) {
      cols_ = {};
      for (int i = 0; i < here.count; ++i) {
        pixel_.vertices[i].x = snapped(here.vertices[i].x + turns);
        cols_.include(pixel_.vertices[i].x);
      }
      add_pixel();
    }
    pixel_ = here, cols_ = cols;
  }

  void add_pixel() noexcept {
    const Window& source = map_.source;
    const Index first = std::max(rows_.first(), source.row), last = std::min(rows_.last(), source.row_end());
    if (map_.period == 0 && (cols_.high <= static_cast<double>(source.col) || cols_.low >= static_cast<double>(source.col_end()))) return;
    if (rows_.last() - rows_.first() == 1 && cols_.last() - cols_.first() == 1) {
      const double row = static_cast<double>(rows_.first());
      if (rule_.shares()) whole_ = height(row + 1) - height(row);
      return add(rows_.first(), cols_.first(), 1, area_);
    }
    for (Index row = first; row < last; ++row) {
      const double top = height(static_cast<double>(row)), bottom = height(static_cast<double>(row + 1));
      if (rule_.shares()) whole_ = bottom - top;
      Polygon strip;
      cut_between<&Vertex::y, &Vertex::x>(pixel_, top, bottom, strip);
      add_strip(strip, row, top, bottom);
    }
  }

  /// What the pixel covers of a row of the source: columns that it holds from edge to edge are not cut.
  void add_strip(const Polygon& strip, Index row, double top, double bottom) noexcept {
    Span all, upper, lower;
    for (int i = 0; i < strip.count; ++i) {
      const Vertex& v = strip.vertices[i];
      all.include(v.x);
      if (v.y == top) upper.include(v.x);
      if (v.y == bottom) lower.include(v.x);
    }
    if (!(all.low < all.high)) return;
    Index first = all.first(), last = all.last();
    if (map_.period == 0) first = std::max(first, map_.source.col), last = std::min(last, map_.source.col_end());
    Index whole = last, whole_end = last;
    const double left = std::max(upper.low, lower.low), right = std::min(upper.high, lower.high);
    if (convex_ && left < right) {
      whole = std::clamp(static_cast<Index>(std::ceil(left)), first, std::max(first, last));
      whole_end = std::clamp(static_cast<Index>(std::floor(right)), whole, std::max(whole, last));
    }
    for (Index col = first; col < whole; ++col) add_cell(strip, row, col);
    add(row, whole, whole_end - whole, bottom - top);
    for (Index col = whole_end; col < last; ++col) add_cell(strip, row, col);
  }

  void add_cell(const Polygon& strip, Index row, Index col) noexcept {
    Polygon cell;
    cut_between<&Vertex::x, &Vertex::y>(strip, static_cast<double>(col), static_cast<double>(col + 1), cell);
    if (const double area = cell.area(); area > 0) add(row, col, 1, area);
  }

  /// Adds `n` pixels of the source, of each of which `area` is shared, to the sums of all times; pixels that the block does not hold are
  /// nodata.
  void add(Index row, Index col, Index n, double area) noexcept {
    const Index r = row - map_.source.row;
    if (r < 0 || r >= in_.rows()) return;
    visit_held_columns(map_, in_.cols(), col, col + n, [&](Index at, Index, Index count) {
      for (Index t = 0; t < count_; ++t) add_run(in_.row(first_ + t, r) + at, count, area, sums_[t], weights_[t]);
    });
  }

  void add_run(const float* values, Index n, double area, double& sum, double& weights) const noexcept {
    const double weight = area / whole_;
    const bool squares = rule_.squares();
    double s = sum, w = weights;
    for (Index i = 0; i < n; ++i) {
      const bool valid = values[i] == values[i];
      const double value = static_cast<double>(values[i]);
      s += valid ? weight * (squares ? value * value : value) : 0.0;
      w += valid ? area : 0.0;
    }
    sum = s, weights = w;
  }

  const AreaRule rule_;
  const Args& args_;
  const GridMap& map_;
  const Block<const float>& in_;
  bool sphere_, flipped_ = false;
  SourceRows places_;
  Globe globe_;
  // A destination pixel.
  Polygon pixel_;
  Span rows_, cols_;
  double area_ = 0, row_height_ = 1;  // the pixel's, and that of a pixel of the source, in the middle of its rows
  bool convex_ = false;
  double whole_ = 1;  // area of a source pixel of the row at hand, where its shares count
  // Times of it, and their sums.
  Index first_ = 0, count_ = 0;
  double sums_[together], weights_[together];
};

}  // namespace

void resample_overlaps(AreaResult result, double min_valid, const Args& args) noexcept { Overlaps(result, min_valid, args).run(); }

}  // namespace terroir
