#include "pipeline/run/tile_queue.h"

#include <algorithm>
#include <iterator>

namespace terroir {
namespace {

using Place = std::ptrdiff_t;

}  // namespace

TileQueue::TileQueue(std::vector<Index> order, const std::vector<double>& cost, int ranks)
    : order_(std::move(order)), cost_before_(order_.size() + 1, 0.0), left_(static_cast<Index>(order_.size())) {
  for (std::size_t i = 0; i < order_.size(); ++i) cost_before_[i + 1] = cost_before_[i] + cost[i];
  cost_left_ = cost_before_.back();
  std::size_t begin = 0;
  for (int rank = 0; rank < ranks; ++rank) {
    const double until = cost_left_ * (rank + 1) / ranks;
    const auto found = std::upper_bound(cost_before_.begin(), cost_before_.end(), until * (1 + 1e-12));
    const auto end = rank + 1 == ranks ? order_.size() : static_cast<std::size_t>(std::distance(cost_before_.begin(), found)) - 1;
    spans_.push_back({begin, std::max(begin, end)});
    largest_.emplace(cost_of(spans_.back()), spans_.size() - 1);
    begin = spans_.back().end;
  }
}

std::vector<Index> TileQueue::take(int rank, double most, bool may_steal) {
  Span& own = spans_[static_cast<std::size_t>(rank)];
  if (own.begin == own.end) {
    if (!may_steal || !steal(own)) return {};
    largest_.emplace(cost_of(own), static_cast<std::size_t>(rank));
  }
  return take_front(own, std::min(most, cost_left_ / (4.0 * static_cast<double>(spans_.size()))));
}

std::vector<Index> TileQueue::take_span(int rank) {
  Span& own = spans_[static_cast<std::size_t>(rank)];
  return take_front(own, cost_of(own));
}

bool TileQueue::steal(Span& into) {
  while (!largest_.empty()) {
    const auto [seen, victim] = largest_.top();
    largest_.pop();
    Span& span = spans_[victim];
    if (span.begin == span.end) continue;
    const double now = cost_of(span);
    if (now < seen) {
      largest_.emplace(now, victim);
      continue;
    }
    const double half = cost_before_[span.begin] + now / 2;
    const auto first = cost_before_.begin() + static_cast<Place>(span.begin), last = cost_before_.begin() + static_cast<Place>(span.end);
    const auto cut =
        std::min(static_cast<std::size_t>(std::distance(cost_before_.begin(), std::lower_bound(first, last, half))), span.end - 1);
    into = {cut, span.end};
    span.end = cut;
    if (span.begin != span.end) largest_.emplace(cost_of(span), victim);
    return true;
  }
  return false;
}

std::vector<Index> TileQueue::take_front(Span& span, double target) {
  std::vector<Index> tiles;
  double sum = 0;
  while (span.begin != span.end) {
    const double cost = cost_of({span.begin, span.begin + 1});
    if (!tiles.empty() && sum + cost > target * (1 + 1e-12)) break;
    sum += cost;
    tiles.push_back(order_[span.begin++]);
  }
  left_ -= static_cast<Index>(tiles.size());
  cost_left_ -= sum;
  return tiles;
}

}  // namespace terroir
