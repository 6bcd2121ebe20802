#pragma once

#include "pipeline/run/tile_runner.h"

#include <span>

namespace terroir {

/// Where the states of a pass stand in a row of doubles: first its fits, then the statistics of the layers of its outputs.
class StateLayout {
 public:
  StateLayout(const Plan& plan, const Pass& pass);

  struct Field {
    std::size_t offset = 0, size = 0;
    const BoundKernel* kernel = nullptr;  ///< of a fit; statistics have none
  };
  [[nodiscard]] const std::vector<Field>& fits() const noexcept { return fits_; }
  /// By output of the pass, array and layer of the array.
  [[nodiscard]] const Field& statistics(std::size_t output, std::size_t array, std::size_t layer) const {
    return statistics_[output][array][layer];
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// A row of states that nothing has been observed into.
  [[nodiscard]] std::vector<double> empty() const;
  /// Merges all fields of a neighbouring part.
  void merge(std::span<double> into, std::span<const double> next) const;

 private:
  std::vector<Field> fits_;
  std::vector<std::vector<std::vector<Field>>> statistics_;
  std::size_t size_ = 0;
};

/// Merges states on a rows x cols raster (row-major; empty ones are left out) by halving both sides until one is left: a tree that
/// depends on positions alone. The states of a square of 2^k x 2^k neighbours merge to the same bits here and in a larger raster.
[[nodiscard]] std::vector<double> fold_tree(const StateLayout&, Shape raster, std::vector<std::vector<double>> states);

}  // namespace terroir
