#pragma once

#include "tests/kernels/raster.h"

/// What the contract tests do with a kernel of any kind: give it made-up input, and run it on any part of that.
namespace terroir::test {

/// A process with settings that it is tested with, and the range of its inputs.
struct Case {
  const char* process;
  Settings settings;
  float low = 0, high = 1;
  bool whole_numbers = false;  ///< of every input after the first (masks)
  bool warped = false;         ///< resample: along control patches of a grid that lies askew
  bool by_areas = false;       ///< resample: these are of corners; without them rows are uneven
};

/// How a failing test names its case.
inline void PrintTo(const Case& c, std::ostream* out) {
  *out << c.process;
  for (const auto& s : c.settings) *out << ' ' << s.key << '=' << (s.value.is_scalar() ? s.value.text() : s.value.describe());
}

/// A kernel, and inputs that reach `reach` pixels beyond the window of `shape` that it is tried on.
class Trial {
 public:
  Trial(const Case& c, Index times, Shape shape, float missing = 0.06f)
      : kernel_(kernel(c.process, c.settings)), times_(times), warped_(c.warped), by_areas_(c.by_areas) {
    const Process& process = *find_process(c.process);
    const auto bands = kernel_->bands();
    const std::size_t count = process.info.take == Take::bands ? bands.size() : process.info.inputs.size();
    const Halo reach = kernel_->support(scale) ? Halo{8, 8} : kernel_->halo();
    for (std::size_t i = 0; i < count; ++i) {
      inputs_.push_back(noise_raster(times, shape, reach, c.low, c.high, missing, static_cast<std::uint32_t>(7 * i + 1)));
      if (i > 0 && c.whole_numbers) round(inputs_.back().view());
    }
    const std::vector<LayerInfo> known(count);
    outputs_ = kernel_->outputs(known);
    if (kernel_->fit_size() > 0) fitted_ = fit({{0, 0, shape.rows, shape.cols}});
  }

  static constexpr double scale = 0.75;  ///< source pixels for each destination pixel, of a process that changes the grid

  [[nodiscard]] const BoundKernel& bound() const { return *kernel_; }
  [[nodiscard]] const std::vector<LayerInfo>& outputs() const { return outputs_; }
  [[nodiscard]] std::vector<OwnedBlock>& inputs() { return inputs_; }
  [[nodiscard]] const std::vector<double>& fitted() const { return fitted_; }
  [[nodiscard]] Index out_times() const { return kernel_->time_use() == TimeUse::pointwise ? times_ : 1; }

  /// Merges the states of windows, one time after another.
  [[nodiscard]] std::vector<double> fit(const std::vector<Window>& windows) const {
    std::vector<double> state(static_cast<std::size_t>(kernel_->fit_size())), next = state;
    bool first = true;
    for (Index t = 0; t < times_; ++t)
      for (const Window& w : windows) {
        const Block<const float> part = inputs_[0].view().at_time(t).inner(w.row, w.col, w.shape());
        kernel_->observe({&part, 1}, first ? state : next);
        if (!first) kernel_->merge(state, next);
        first = false;
      }
    return state;
  }

  /// The outputs on a window, from copies of no more than what the kernel asked for. `unknown` fills memory that it must not depend on.
  [[nodiscard]] std::vector<OwnedBlock> run(const Window& window, float unknown = nan, bool broadcast = false,
                                            const std::vector<Index>& slabs = {}) const;

 private:
  struct Copy {
    std::vector<float> pixels;
    Block<const float> view;
  };

  static void round(const Block<float>& block) {
    const Halo h = block.halo();
    for (Index t = 0; t < block.times(); ++t)
      for (Index r = -h.rows; r < block.rows() + h.rows; ++r)
        for (Index c = -h.cols; c < block.cols() + h.cols; ++c) block(t, r, c) = std::round(block(t, r, c));
  }

  /// Exactly the window and its halo: a pixel more is outside the memory, where AddressSanitizer sees it.
  [[nodiscard]] Copy copy(std::size_t input, const Window& w, Halo halo, bool broadcast) const {
    const Block<const float> from = inputs_[input].view();
    const Index stride = w.cols + 2 * halo.cols, rows = w.rows + 2 * halo.rows, times = broadcast ? 1 : times_;
    Copy made{std::vector<float>(static_cast<std::size_t>(times * rows * stride)), {}};
    std::size_t i = 0;
    for (Index t = 0; t < times; ++t)
      for (Index r = -halo.rows; r < w.rows + halo.rows; ++r)
        for (Index c = -halo.cols; c < w.cols + halo.cols; ++c) made.pixels[i++] = from(t, w.row + r, w.col + c);
    made.view = {made.pixels.data() + halo.rows * stride + halo.cols, times, w.shape(), rows * stride, stride, halo};
    if (broadcast) made.view = made.view.broadcast(times_);
    return made;
  }

  /// Source pixels whose centres lie within the kernel's support of a destination pixel's centre.
  [[nodiscard]] Window source_of(const Window& w) const {
    const double support = *kernel_->support(scale) + (warped_ ? 3 : 0);  // what lies askew reaches further
    const auto first = [&](Index at) { return static_cast<Index>(std::floor((static_cast<double>(at) + 0.5) * scale - support - 0.5)); };
    const auto end = [&](Index at) { return static_cast<Index>(std::ceil((static_cast<double>(at) - 0.5) * scale + support + 0.5)); };
    return {first(w.row), first(w.col), end(w.row_end()) - first(w.row), end(w.col_end()) - first(w.col)};
  }

  /// Patches of 16 pixels, each with a spacing of its own, that turn the source by a degree and a half.
  [[nodiscard]] std::vector<std::shared_ptr<const ControlPatch>> patches_of(const Window& w) const {
    std::vector<std::shared_ptr<const ControlPatch>> patches;
    for (Index i = floor_div(w.row, 16); i * 16 < w.row_end(); ++i)
      for (Index j = floor_div(w.col, 16); j * 16 < w.col_end(); ++j) {
        ControlPatch patch{{i * 16, j * 16, 16, 16}, Index{1} << ((i + j) % 5), {}, by_areas_};
        for (Index r = 0; r <= 16; r += patch.spacing)
          for (Index c = 0; c <= 16; c += patch.spacing) {
            const double row = static_cast<double>(i * 16 + r) + 0.5, col = static_cast<double>(j * 16 + c) + 0.5;
            patch.points.push_back({scale * row + 0.02 * col, scale * col - 0.02 * row});
          }
        patches.push_back(std::make_shared<const ControlPatch>(std::move(patch)));
      }
    return patches;
  }

  /// Of rows that are in turn higher and lower than 1.
  [[nodiscard]] static std::vector<double> uneven_edges(Index rows) {
    std::vector<double> edges;
    for (Index i = 0; i <= rows; ++i) edges.push_back(static_cast<double>(i) + (i % 2 == 1 ? 0.3 : 0));
    return edges;
  }

  void stream(const std::vector<Block<const float>>& in, const std::vector<Block<float>>& out, const std::vector<Index>& slabs) const {
    const Shape shape = out[0].shape();
    std::vector<double> memory(static_cast<std::size_t>(kernel_->state_planes() * shape.area()));
    const StateView state{memory.data(), shape};
    kernel_->init(state);
    Index first = 0;
    for (std::size_t i = 0; first < times_; ++i) {
      const Index count = i < slabs.size() ? slabs[i] : times_ - first;
      std::vector<Block<const float>> part;
      for (const auto& block : in) part.push_back(block.slab(first, count));
      kernel_->advance(part, state);
      first += count;
    }
    kernel_->finish(state, out);
  }

  std::shared_ptr<const BoundKernel> kernel_;
  Index times_;
  bool warped_ = false, by_areas_ = false;
  std::vector<OwnedBlock> inputs_;
  std::vector<LayerInfo> outputs_;
  std::vector<double> fitted_;
};

inline std::vector<OwnedBlock> Trial::run(const Window& window, float unknown, bool broadcast, const std::vector<Index>& slabs) const {
  constexpr Halo guard = {1, 2};
  constexpr float untouched = -7654321.0f;
  const bool regrids = kernel_->support(scale).has_value();
  const Window source = regrids ? source_of(window) : window;
  std::vector<Copy> copies;
  std::vector<Block<const float>> in;
  for (std::size_t i = 0; i < inputs_.size(); ++i) copies.push_back(copy(i, source, regrids ? Halo{} : kernel_->halo(), broadcast));
  for (const Copy& c : copies) in.push_back(c.view);
  std::vector<OwnedBlock> results;
  std::vector<Block<float>> out;
  for (std::size_t i = 0; i < outputs_.size(); ++i) results.emplace_back(out_times(), window.shape(), guard, untouched);
  for (const auto& r : results) out.push_back(r.view());

  constexpr std::size_t beyond = 64;
  const std::size_t bytes = kernel_->scratch_bytes(times_, window.shape());
  Buffer scratch(bytes + beyond);
  std::fill_n(reinterpret_cast<float*>(scratch.data()), bytes / sizeof(float), unknown);
  std::fill_n(scratch.data() + bytes, beyond, std::byte{0x5a});

  const std::vector<double> width(static_cast<std::size_t>(window.rows), 25), height(width.size(), 30);
  const auto patches = warped_ ? patches_of(window) : std::vector<std::shared_ptr<const ControlPatch>>{};
  GridMap map{scale, 0, scale, 0, window, source};
  map.patches = patches;
  map.extent = {-1, 1, 28, 60};
  map.first_latitude = 60, map.latitude_step = -0.5;
  map.largest_scale = 8;
  const std::vector<double> edges = uneven_edges(window.row_end() + 2);
  if (by_areas_ && !warped_) map.row_edges = edges;
  const Args args{in, out, {width, height}, fitted_, map, scratch.data()};
  if (kernel_->time_use() == TimeUse::streaming)
    stream(in, out, slabs);
  else
    kernel_->run(args);

  for (std::size_t i = 0; i < beyond; ++i) EXPECT_EQ(scratch.data()[bytes + i], std::byte{0x5a}) << "scratch is written beyond its end";
  for (const auto& block : out)
    for (Index t = 0; t < block.times(); ++t)
      for (Index r = -guard.rows; r < block.rows() + guard.rows; ++r)
        for (Index c = -guard.cols; c < block.cols() + guard.cols; ++c)
          if (r < 0 || c < 0 || r >= block.rows() || c >= block.cols()) {
            EXPECT_EQ(block(t, r, c), untouched) << "an output is written outside its window";
          }
  return results;
}

}  // namespace terroir::test
