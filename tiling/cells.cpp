#include "tiling/cells.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <mutex>

namespace terroir {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool known(const MapPoint& p) { return p.x == p.x; }

/// FNV-1a of numbers and text.
class Digest {
 public:
  void add(double value) {
    auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0 : value);
    for (int i = 0; i < 8; ++i, bits >>= 8) add_byte(bits & 0xff);
  }
  void add(const std::string& text) {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
  }
  [[nodiscard]] std::string text() const {
    char digits[20];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash_));
    return digits;
  }

 private:
  void add_byte(std::uint64_t byte) { hash_ = (hash_ ^ byte) * 1099511628211U; }
  std::uint64_t hash_ = 14695981039346656037U;
};

std::string digest_of(const Cells& cells) {
  Digest digest;
  digest.add(cells.crs.authority.empty() ? cells.crs.wkt : cells.crs.authority);
  for (const Index n : {cells.shape.rows, cells.shape.cols}) digest.add(static_cast<double>(n));
  for (const auto* values : {&cells.rows.centres, &cells.rows.edges, &cells.cols.centres, &cells.cols.edges})
    for (const double value : *values) digest.add(value);
  for (const MapPoint& p : cells.centres) digest.add(p.x), digest.add(p.y);
  return digest.text();
}

/// What is there once in the process, however many files have it.
std::shared_ptr<const Cells> shared(Cells&& cells) {
  static std::mutex mutex;
  static std::vector<std::weak_ptr<const Cells>> all;
  cells.digest = digest_of(cells);
  const std::lock_guard lock(mutex);
  std::erase_if(all, [](const auto& one) { return one.expired(); });
  for (const auto& one : all)
    if (auto there = one.lock(); there && there->digest == cells.digest) return there;
  auto made = std::make_shared<const Cells>(std::move(cells));
  all.push_back(made);
  return made;
}

/// Continues centres beyond the outermost ones and beside missing ones.
class Filler {
 public:
  explicit Filler(Cells& cells) : cells_(cells), rows_(cells.shape.rows), cols_(cells.shape.cols) {}

  void fill() {
    for (Index r = -1; r <= rows_; ++r)
      for (Index c = -1; c <= cols_; ++c)
        if (!placed(r, c)) put(r, c, by_line(r, c));
    // Into a corner of the grid no line leads.
    std::vector<std::pair<std::size_t, MapPoint>> corners;
    for (Index r = -1; r <= rows_; ++r)
      for (Index c = -1; c <= cols_; ++c)
        if (!known(cells_.at(r, c))) corners.emplace_back(place(r, c), by_corner(r, c));
    for (const auto& [at, point] : corners) cells_.centres[at] = point;
  }

 private:
  [[nodiscard]] std::size_t place(Index r, Index c) const { return static_cast<std::size_t>((r + 1) * (cols_ + 2) + c + 1); }
  void put(Index r, Index c, const MapPoint& point) { cells_.centres[place(r, c)] = point; }

  [[nodiscard]] Index column(Index c) const { return cells_.around ? c - floor_div(c, cols_) * cols_ : c; }
  [[nodiscard]] bool placed(Index r, Index c) const {
    const Index col = column(c);
    return r >= 0 && r < rows_ && col >= 0 && col < cols_ && cells_.is_placed(r, col);
  }
  [[nodiscard]] const MapPoint& point(Index r, Index c) const { return cells_.at(r, column(c)); }

  /// Beyond two placed neighbours in a line.
  [[nodiscard]] MapPoint by_line(Index r, Index c) const {
    for (const auto &[i, j] : {std::pair<Index, Index>{0, -1}, {0, 1}, {-1, 0}, {1, 0}}) {
      if (!placed(r + i, c + j) || !placed(r + 2 * i, c + 2 * j)) continue;
      const MapPoint &a = point(r + i, c + j), &b = point(r + 2 * i, c + 2 * j);
      return {2 * a.x - next_to(a.x, b.x), 2 * a.y - b.y};
    }
    return {nan, nan};
  }

  /// The fourth corner of a parallelogram whose opposite one is placed.
  [[nodiscard]] MapPoint by_corner(Index r, Index c) const {
    for (const auto &[i, j] : {std::pair<Index, Index>{-1, -1}, {-1, 1}, {1, -1}, {1, 1}}) {
      if (!placed(r + i, c + j)) continue;
      const MapPoint &far = point(r + i, c + j), &a = cells_.at(r + i, column(c)), &b = cells_.at(r, column(c + j));
      if (known(a) && known(b)) return {next_to(far.x, a.x) + next_to(far.x, b.x) - far.x, a.y + b.y - far.y};
    }
    return {nan, nan};
  }

  Cells& cells_;
  Index rows_, cols_;
};

/// Whether the last column lies beside the first one, as one column lies beside another.
bool closes(const Cells& cells) {
  const Index cols = cells.shape.cols;
  if (cols < 3) return false;
  Index meets = 0, all = 0;
  for (Index r = 0; r < cells.shape.rows; ++r) {
    const MapPoint &before = cells.at(r, cols - 2), &last = cells.at(r, cols - 1), &first = cells.at(r, 0);
    if (!known(before) || !known(last) || !known(first)) continue;
    const auto step = [](const MapPoint& a, const MapPoint& b) { return std::hypot(next_to(a.x, b.x) - a.x, b.y - a.y); };
    const double usual = step(before, last), gap = step(last, first);
    ++all;
    meets += gap > 0.5 * usual && gap < 1.5 * usual ? 1 : 0;
  }
  return all > 0 && 4 * meets > 3 * all;
}

/// Marks centres without coordinates, and those that only fill a place.
void mark_placed(Cells& cells, const std::vector<MapPoint>& centres) {
  const Index rows = cells.shape.rows, cols = cells.shape.cols;
  const auto at = [&](Index r, Index c) -> const MapPoint& { return centres[static_cast<std::size_t>(r * cols + c)]; };
  cells.placed.resize(centres.size());
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < cols; ++c) {
      const MapPoint& p = at(r, c);
      const auto same = [&](Index i, Index j) {
        return i >= 0 && i < rows && j >= 0 && j < cols && at(i, j).x == p.x && at(i, j).y == p.y;
      };
      const bool repeated = same(r, c - 1) || same(r, c + 1) || same(r - 1, c) || same(r + 1, c);
      cells.placed[static_cast<std::size_t>(r * cols + c)] = known(p) && p.y == p.y && !repeated;
    }
}

}  // namespace

double next_to(double from, double to) noexcept { return to - std::floor((to - from) / 360 + 0.5) * 360; }

std::array<double, 4> Cells::bounds() const noexcept {
  if (!curvilinear()) return {cols.edges.front(), rows.edges.back(), cols.edges.back(), rows.edges.front()};
  constexpr double far = std::numeric_limits<double>::infinity();
  std::array<double, 4> box = {far, far, -far, -far};
  for (Index r = 0; r < shape.rows; ++r)
    for (Index c = 0; c < shape.cols; ++c) {
      if (!is_placed(r, c)) continue;
      const MapPoint& p = at(r, c);
      box = {std::min(box[0], p.x), std::min(box[1], p.y), std::max(box[2], p.x), std::max(box[3], p.y)};
    }
  return box;
}

std::size_t Cells::bytes() const noexcept {
  const std::size_t numbers = rows.centres.size() + rows.edges.size() + cols.centres.size() + cols.edges.size();
  return numbers * sizeof(double) + centres.size() * sizeof(MapPoint) + placed.size() / 8;
}

std::shared_ptr<const Cells> rectilinear_cells(Crs crs, AxisCells rows, AxisCells cols) {
  Cells cells;
  cells.shape = {static_cast<Index>(rows.centres.size()), static_cast<Index>(cols.centres.size())};
  if (crs.geographic) {
    const double width = cols.edges.back() - cols.edges.front();
    cells.around = std::abs(width - 360) <= 1e-6 * 360;
    cells.turn = cells.around ? static_cast<double>(cells.shape.cols) : 360 / width * static_cast<double>(cells.shape.cols);
  }
  cells.crs = std::move(crs);
  cells.rows = std::move(rows);
  cells.cols = std::move(cols);
  return shared(std::move(cells));
}

std::shared_ptr<const Cells> curvilinear_cells(Crs crs, Shape shape, std::vector<MapPoint> centres) {
  Cells cells;
  cells.crs = std::move(crs);
  cells.shape = shape;
  mark_placed(cells, centres);
  cells.centres.assign(static_cast<std::size_t>((shape.rows + 2) * (shape.cols + 2)), MapPoint{nan, nan});
  for (Index r = 0; r < shape.rows; ++r)
    for (Index c = 0; c < shape.cols; ++c) {
      if (!cells.is_placed(r, c)) continue;
      cells.centres[static_cast<std::size_t>((r + 1) * (shape.cols + 2) + c + 1)] = centres[static_cast<std::size_t>(r * shape.cols + c)];
    }
  std::vector<MapPoint>().swap(centres);
  cells.around = closes(cells);
  cells.turn = cells.around ? static_cast<double>(shape.cols) : 0;
  if (cells.around)  // the ring beside a seam is the other side of it
    for (Index r = 0; r < shape.rows; ++r) {
      const auto row = static_cast<std::size_t>((r + 1) * (shape.cols + 2)), width = static_cast<std::size_t>(shape.cols);
      cells.centres[row] = cells.centres[row + width], cells.centres[row + width + 1] = cells.centres[row + 1];
    }
  Filler(cells).fill();
  return shared(std::move(cells));
}

std::shared_ptr<const Cells> in_crs(const Cells& cells, Crs crs) {
  if (!cells.curvilinear()) return rectilinear_cells(std::move(crs), cells.rows, cells.cols);
  Cells other = cells;
  other.crs = std::move(crs);
  return shared(std::move(other));
}

}  // namespace terroir
