#include "kernels/define.h"
#include "kernels/focal/reducer.h"
#include "kernels/focal/window.h"

#include <algorithm>
#include <array>

namespace terroir::kernels {
namespace {

using focal::Reducer;

enum class WindowShape { square, circle };

const std::vector<std::string> reducer_names = {"mean", "sd", "min", "max", "sum", "range", "count"};
const std::vector<std::string> long_names = {"mean", "standard deviation", "minimum", "maximum", "sum", "range", "number of valid pixels"};

struct FocalStatistics {
  static constexpr std::int64_t largest = 2047;  // counts up to its square are exact floats

  std::vector<Reducer> reducer = {Reducer::mean};
  std::int64_t size = 3, ddof = 0, min_valid = 1;
  WindowShape shape = WindowShape::square;
  Boundary boundary = Boundary::nodata;
  focal::Validity validity;

  static void describe(Describe<FocalStatistics>& d) {
    d.summary("Statistics of the pixels in a square or circle around each pixel; missing ones are left out.")
        .formula(
            "mean, sd = sqrt(sum (x - mean)^2 / (n - ddof)), min, max, sum, range = max - min, count = n over the n valid pixels; "
            "nodata where the centre is missing")
        .cite(
            "Chan, Golub and LeVeque (1979), Updating formulae and a pairwise algorithm for computing sample variances, Stanford "
            "STAN-CS-79-773")
        .scope(Scope::focal)
        .input("data", "", "any layer")
        .output(
            "reducer", "",
            "one layer for each reducer, in the unit of the input (count: 1); sd is right to a float32 step of the window's mean, which "
            "is 0.008 at 101325 and 0.001 at 8848");
    d.param("reducer", &FocalStatistics::reducer, reducer_names, "what is computed; one, or a list whose names become layers")
        .must_be_given()
        .such_as("mean");
    d.param("size", &FocalStatistics::size, "width of the window in pixels, odd")
        .at_least(1)
        .at_most(largest)
        .follows(odd)
        .must_be_given()
        .such_as("9");
    d.param("shape", &FocalStatistics::shape, {"square", "circle"}, "circle: the pixels at most size / 2, rounded down, from the centre");
    d.param("ddof", &FocalStatistics::ddof, "taken from n in the divisor of sd: 0 population, 1 sample").at_least(0);
    d.param("min_valid", &FocalStatistics::min_valid, "fewer valid pixels than this give nodata").at_least(1);
    d.param("boundary", &FocalStatistics::boundary, {"nodata", "replicate", "reflect", "wrap"}, "what stands beyond the edge of the layer");
  }

  static std::optional<Complaint> odd(const Value& value) {
    const std::int64_t width = *value.integer();
    if (width % 2 != 0) return std::nullopt;
    return Complaint{std::to_string(width) + " is even, so the window has no centre",
                     "use " + std::to_string(width + 1) + " or " + std::to_string(width - 1)};
  }

  [[nodiscard]] std::int64_t window_pixels() const {
    if (shape == WindowShape::square) return size * size;
    std::int64_t pixels = 0;
    for (Index away = -(size / 2); away <= size / 2; ++away) pixels += 2 * focal::circle_reach(size / 2, away) + 1;
    return pixels;
  }

  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> check() const {
    const std::string pixels = "the " + std::to_string(window_pixels()) + " pixels of the window";
    std::vector<std::pair<std::string, Complaint>> found;
    if (min_valid > window_pixels())
      found.push_back({"min_valid", {std::to_string(min_valid) + " is more than " + pixels, "use fewer or a larger size"}});
    const bool has_sd = std::find(reducer.begin(), reducer.end(), Reducer::sd) != reducer.end();
    if (has_sd && ddof >= window_pixels())
      found.push_back({"ddof",
                       {std::to_string(ddof) + " leaves none of " + pixels + " to divide by",
                        window_pixels() == 1 ? "use 0, or a larger size" : "use 0 or 1, or a larger size"}});
    return found;
  }

  void prepare() { validity = {static_cast<float>(min_valid), static_cast<float>(ddof)}; }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    std::vector<LayerInfo> layers;
    for (const Reducer r : reducer) {
      const auto k = static_cast<std::size_t>(r);
      LayerInfo layer;
      layer.name = reducer.size() == 1 ? "" : reducer_names[k];
      layer.unit = r == Reducer::count ? "1" : in[0].unit;
      layer.long_name = "focal " + long_names[k] + (in[0].long_name.empty() ? "" : " of " + in[0].long_name);
      layers.push_back(std::move(layer));
    }
    return layers;
  }

  [[nodiscard]] Halo halo() const noexcept { return {size / 2, size / 2}; }

  /// Room for every plane, so that steps that share their windows can be computed together.
  [[nodiscard]] std::size_t scratch_bytes(Index /*times*/, Shape block) const noexcept {
    focal::Planes every;
    for (int r = 0; r < static_cast<int>(reducer_names.size()); ++r) focal::add_planes(static_cast<Reducer>(r), every);
    focal::RowMemory memory(every, nullptr);
    if (shape == WindowShape::square) [[maybe_unused]]
      const focal::SquareRows rows(every, size, block.cols, memory);
    else [[maybe_unused]]
      const focal::CircleRows rows(every, size, block.cols, memory);
    return memory.bytes();
  }

  void run(const Args& args) const noexcept {
    const Member self{this, 0};
    run_together({&self, 1}, args);
  }

  [[nodiscard]] Sweep sweep() const noexcept { return run_all; }
  [[nodiscard]] const void* sweep_part() const noexcept { return this; }

 private:
  /// A step of a sweep, and the place of its first output among all outputs.
  struct Member {
    const FocalStatistics* step = nullptr;
    std::size_t first_out = 0;
  };
  static constexpr std::size_t most_at_once = 32;

  [[nodiscard]] bool same_windows(const FocalStatistics& other) const noexcept { return size == other.size && shape == other.shape; }

  /// Runs the steps of a sweep, those with the same windows together.
  static void run_all(std::span<const BoundKernel* const> kernels, const Args& args) noexcept {
    std::array<Member, most_at_once> group;
    std::size_t members = 0, out = 0;
    for (const BoundKernel* kernel : kernels) {
      const auto* step = static_cast<const FocalStatistics*>(kernel->sweep_part());
      if (members == most_at_once || (members > 0 && !step->same_windows(*group[0].step))) {
        run_together({group.data(), members}, args);
        members = 0;
      }
      group[members++] = {step, out};
      out += step->reducer.size();
    }
    run_together({group.data(), members}, args);
  }

  static void run_together(std::span<const Member> group, const Args& args) noexcept {
    const FocalStatistics& first = *group[0].step;
    const Block<const float>& in = args.in[0];
    focal::Planes needed;
    for (const Member& m : group)
      for (const Reducer r : m.step->reducer) focal::add_planes(r, needed);
    for (Index t = 0; t < in.times(); ++t) {
      const auto emit = [&](Index row, const focal::Partial& windows) {
        for (const Member& m : group)
          for (std::size_t k = 0; k < m.step->reducer.size(); ++k)
            focal::finish_row(windows, m.step->reducer[k], m.step->validity, in.row(t, row), args.out[m.first_out + k].row(t, row),
                              in.cols());
      };
      focal::RowMemory memory(needed, args.scratch);
      if (first.shape == WindowShape::square)
        focal::square_windows(focal::SquareRows(needed, first.size, in.cols(), memory), in.at_time(t), emit);
      else
        focal::circle_windows(focal::CircleRows(needed, first.size, in.cols(), memory), in.at_time(t), emit);
    }
  }
};

}  // namespace

Process focal_statistics() { return define<FocalStatistics>(); }

}  // namespace terroir::kernels
