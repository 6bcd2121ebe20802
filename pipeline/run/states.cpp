#include "pipeline/run/states.h"

#include "kernels/moments.h"

#include <algorithm>
#include <tuple>

namespace terroir {

StateLayout::StateLayout(const Plan& plan, const Pass& pass) {
  for (const OpId id : pass.fits) {
    const BoundKernel* kernel = plan.ops[id].kernel.get();
    fits_.push_back({size_, static_cast<std::size_t>(kernel->fit_size()), kernel});
    size_ += fits_.back().size;
  }
  for (const std::size_t output : pass.outputs) {
    auto& arrays = statistics_.emplace_back();
    for (const auto& array : plan.outputs[output].arrays) {
      auto& layers = arrays.emplace_back();
      for (std::size_t i = 0; i < array.layers.size(); ++i) {
        layers.push_back({size_, std::tuple_size_v<LayerStatistics>, nullptr});
        size_ += layers.back().size;
      }
    }
  }
}

void StateLayout::merge(std::span<double> into, std::span<const double> next) const {
  for (const Field& f : fits_) f.kernel->merge(into.subspan(f.offset, f.size), next.subspan(f.offset, f.size));
  for (const auto& arrays : statistics_)
    for (const auto& layers : arrays)
      for (const Field& f : layers)
        merge_moments(into.subspan(f.offset).first<moments::size>(), next.subspan(f.offset).first<moments::size>());
}

std::vector<double> fold_tree(const StateLayout& layout, Shape raster, std::vector<std::vector<double>> states) {
  while (raster.area() > 1) {
    const Shape half{ceil_div(raster.rows, 2), ceil_div(raster.cols, 2)};
    std::vector<std::vector<double>> next(static_cast<std::size_t>(half.area()));
    for (Index r = 0; r < raster.rows; ++r)
      for (Index c = 0; c < raster.cols; ++c) {
        auto& state = states[static_cast<std::size_t>(r * raster.cols + c)];
        auto& into = next[static_cast<std::size_t>(r / 2 * half.cols + c / 2)];
        if (state.empty()) continue;
        if (into.empty())
          into = std::move(state);
        else
          layout.merge(into, state);
      }
    states = std::move(next);
    raster = half;
  }
  return states.empty() || states[0].empty() ? layout.empty() : std::move(states[0]);
}

std::vector<double> StateLayout::empty() const {
  std::vector<double> states(size_, 0.0);
  for (const auto& arrays : statistics_)
    for (const auto& layers : arrays)
      for (const Field& f : layers) clear_moments(std::span(states).subspan(f.offset).first<moments::size>());
  return states;
}

PassState fold(const Plan& plan, std::size_t number, const std::vector<std::vector<double>>& states) {
  const Pass& pass = plan.passes[number];
  const StateLayout layout(plan, pass);
  const std::vector<double> all = fold_tree(layout, pass.tiles.counts(), states);
  PassState result;
  for (std::size_t i = 0; i < pass.fits.size(); ++i) {
    const auto& field = layout.fits()[i];
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(field.offset);
    result.fits[plan.ops[pass.fits[i]].fit] = {first, first + static_cast<std::ptrdiff_t>(field.size)};
  }
  for (std::size_t o = 0; o < pass.outputs.size(); ++o) {
    auto& arrays = result.statistics[pass.outputs[o]];
    for (std::size_t a = 0; a < plan.outputs[pass.outputs[o]].arrays.size(); ++a) {
      auto& layers = arrays.emplace_back();
      for (std::size_t i = 0; i < plan.outputs[pass.outputs[o]].arrays[a].layers.size(); ++i) {
        LayerStatistics& s = layers.emplace_back();
        std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(layout.statistics(o, a, i).offset), s.size(), s.begin());
      }
    }
  }
  return result;
}

}  // namespace terroir
