#pragma once

#include "tiling/window.h"

#include <queue>
#include <utility>
#include <vector>

namespace terroir {

/// The tiles of a pass that no rank has been given yet. They lie along a curve that is cut into one span of equal cost for each
/// rank: a rank takes from the front of its own, so that its tiles are neighbours and share input chunks; when it has none left it
/// steals the back half of the span that has most left.
class TileQueue {
 public:
  TileQueue() = default;
  /// `order`: tiles along the curve; `cost[i]` > 0: what order[i] is expected to cost.
  TileQueue(std::vector<Index> order, const std::vector<double>& cost, int ranks);

  [[nodiscard]] bool empty() const noexcept { return left_ == 0; }
  /// Tiles that are left.
  [[nodiscard]] Index left() const noexcept { return left_; }
  /// Of a tile that is left; there must be one.
  [[nodiscard]] double average_cost() const noexcept { return cost_left_ / static_cast<double>(left_); }

  /// The next tiles of a rank: as many as cost a quarter of a rank's share of all that is left, and not more than `most`;
  /// one at least, none when no tile is left at all. Without `may_steal` only of its own span: a rank that still computes would take
  /// a tile from one that gets to it sooner.
  [[nodiscard]] std::vector<Index> take(int rank, double most, bool may_steal = true);
  /// All that is left of a rank's own span.
  [[nodiscard]] std::vector<Index> take_span(int rank);

 private:
  struct Span {
    std::size_t begin = 0, end = 0;  ///< places in order_
  };
  [[nodiscard]] double cost_of(Span span) const { return cost_before_[span.end] - cost_before_[span.begin]; }
  bool steal(Span& into);
  std::vector<Index> take_front(Span& span, double target);

  std::vector<Index> order_;
  std::vector<double> cost_before_;  ///< of all tiles before a place
  std::vector<Span> spans_;          ///< by rank
  /// (what the span had left when it was looked at, rank): at least what it has now.
  std::priority_queue<std::pair<double, std::size_t>> largest_;
  Index left_ = 0;
  double cost_left_ = 0;
};

}  // namespace terroir
