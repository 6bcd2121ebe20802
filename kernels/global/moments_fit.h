#pragma once

#include "kernels/kernel.h"
#include "kernels/moments.h"

namespace terroir::kernels {

/// What global processes share that must know count, mean, deviations, minimum and maximum of a layer before they run: derive from it.
struct MomentsFit {
  [[nodiscard]] Index fit_size() const noexcept { return moments::size; }
  void observe(std::span<const Block<const float>> in, std::span<double> state) const noexcept {
    observe_moments(in[0], state.first<moments::size>());
  }
  void merge(std::span<double> into, std::span<const double> next) const noexcept {
    merge_moments(into.first<moments::size>(), next.first<moments::size>());
  }
};

}  // namespace terroir::kernels
