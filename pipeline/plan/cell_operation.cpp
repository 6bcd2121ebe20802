#include "pipeline/plan/cell_operation.h"

#include "pipeline/plan/cell_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Rows and columns of cells are numbered from an upper left corner at (0, 0), north up.
const Affine numbered;

/// Coordinates along an axis against positions in pixels, linear between the knots and beyond the outermost ones.
class Knots {
 public:
  Knots(const AxisCells& cells, CellPositions positions) {
    const bool centres = positions == CellPositions::centres && !cells.even;
    const auto count = static_cast<double>(cells.centres.size());
    add(0, cells.edges.front());
    for (std::size_t i = 0; i < cells.centres.size() && !cells.even; ++i)
      if (centres)
        add(static_cast<double>(i) + 0.5, cells.centres[i]);
      else if (i > 0)
        add(static_cast<double>(i), cells.edges[i]);
    add(count, cells.edges.back());
    descends_ = cells.edges.back() < cells.edges.front();
  }

  [[nodiscard]] double position(double value) const noexcept {
    const auto before = [&](double v) { return descends_ ? v > value : v < value; };
    const auto after = std::partition_point(values_.begin() + 1, values_.end() - 1, before);
    const auto i = static_cast<std::size_t>(after - values_.begin());
    return between(value, values_[i - 1], values_[i], places_[i - 1], places_[i]);
  }
  [[nodiscard]] double value(double position) const noexcept {
    const auto i = static_cast<std::size_t>(std::lower_bound(places_.begin() + 1, places_.end() - 1, position) - places_.begin());
    return between(position, places_[i - 1], places_[i], values_[i - 1], values_[i]);
  }

 private:
  void add(double place, double value) {
    if (!values_.empty() && values_.back() == value) return;  // a centre on an edge
    places_.push_back(place);
    values_.push_back(value);
  }
  static double between(double at, double from, double to, double a, double b) noexcept {
    return a + (b - a) * ((at - from) / (to - from));
  }

  std::vector<double> places_, values_;
  bool descends_ = false;
};

class RectilinearPlaces {
 public:
  RectilinearPlaces(const Cells& cells, CellPositions positions)
      : rows_(cells.rows, positions),
        cols_(cells.cols, positions),
        geographic_(cells.crs.geographic),
        first_(cells.around ? cells.cols.edges.front() : (cells.cols.edges.front() + cells.cols.edges.back()) / 2 - 180) {}

  [[nodiscard]] PixelPoint find(const MapPoint& p) const noexcept {
    const double x = geographic_ ? p.x - std::floor((p.x - first_) / 360) * 360 : p.x;
    return {rows_.position(p.y), cols_.position(x)};
  }
  [[nodiscard]] MapPoint at(const PixelPoint& p) const noexcept { return {cols_.value(p.col), rows_.value(p.row)}; }

 private:
  Knots rows_, cols_;
  bool geographic_;
  double first_;  ///< longitude of the turn in which columns are looked for
};

class CurvilinearPlaces {
 public:
  CurvilinearPlaces(const Cells& cells, CellPositions /*positions*/) : search_(cells) {}
  [[nodiscard]] PixelPoint find(const MapPoint& p) const { return search_.find(p).value_or(PixelPoint{nan, nan}); }
  [[nodiscard]] MapPoint at(const PixelPoint& p) const { return search_.at(p); }

 private:
  CellSearch search_;
};

template <class Places>
class CellOperation final : public CrsOperation {
 public:
  CellOperation(std::shared_ptr<const Cells> cells, CellPositions positions, std::shared_ptr<const CrsOperation> further)
      : cells_(std::move(cells)),
        places_(*cells_, positions),
        further_(std::move(further)),
        name_("the coordinates of its cells" + (further_ ? ", then " + further_->name() : "")) {}

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  [[nodiscard]] double accuracy() const noexcept override { return further_ ? further_->accuracy() : 0; }

  void forward(std::span<MapPoint> points) const override {
    for (MapPoint& p : points) p = places_.at({(p.y - numbered.y0) / numbered.dy, (p.x - numbered.x0) / numbered.dx});
    if (further_) further_->forward(points);
  }

  void inverse(std::span<MapPoint> points) const override {
    if (further_) further_->inverse(points);
    for (MapPoint& p : points) {
      const PixelPoint found = p.x == p.x && p.y == p.y ? places_.find(p) : PixelPoint{nan, nan};
      p = {numbered.x0 + found.col * numbered.dx, numbered.y0 + found.row * numbered.dy};
    }
  }

 private:
  std::shared_ptr<const Cells> cells_;
  Places places_;
  std::shared_ptr<const CrsOperation> further_;
  std::string name_;
};

}  // namespace

std::shared_ptr<const CrsOperation> cell_operation(std::shared_ptr<const Cells> cells, CellPositions positions,
                                                   std::shared_ptr<const CrsOperation> further) {
  if (cells->curvilinear()) return std::make_shared<CellOperation<CurvilinearPlaces>>(std::move(cells), positions, std::move(further));
  return std::make_shared<CellOperation<RectilinearPlaces>>(std::move(cells), positions, std::move(further));
}

std::size_t cell_bytes(const Cells& cells) noexcept {
  if (!cells.curvilinear()) return cells.bytes();
  // While it is read, one coordinate of all cells stands beside the positions.
  return cells.bytes() + CellSearch::bytes(cells.shape) + static_cast<std::size_t>(cells.shape.area()) * sizeof(double);
}

}  // namespace terroir
