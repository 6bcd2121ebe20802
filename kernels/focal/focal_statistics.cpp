#include "kernels/define.h"
#include "kernels/focal/reducer.h"
#include "kernels/focal/window.h"

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
  focal::Planes planes;
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
        .output("reducer", "", "one layer for each reducer, in the unit of the input (count: 1)");
    d.param("reducer", &FocalStatistics::reducer, reducer_names, "what is computed; one, or a list whose names become layers")
        .must_be_given();
    d.param("size", &FocalStatistics::size, "width of the window in pixels, odd").at_least(1).at_most(largest).must_be_given();
    d.param("shape", &FocalStatistics::shape, {"square", "circle"}, "circle: the pixels at most size / 2, rounded down, from the centre");
    d.param("ddof", &FocalStatistics::ddof, "taken from n in the divisor of sd: 0 population, 1 sample").at_least(0);
    d.param("min_valid", &FocalStatistics::min_valid, "fewer valid pixels than this give nodata").at_least(1);
    d.param("boundary", &FocalStatistics::boundary, {"nodata", "replicate", "reflect", "wrap"}, "what stands beyond the edge of the layer");
  }

  [[nodiscard]] std::int64_t window_pixels() const {
    if (shape == WindowShape::square) return size * size;
    std::int64_t pixels = 0;
    for (Index away = -(size / 2); away <= size / 2; ++away) pixels += 2 * focal::circle_reach(size / 2, away) + 1;
    return pixels;
  }

  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> check() const {
    std::vector<std::pair<std::string, Complaint>> wrong;
    if (size % 2 == 0)
      wrong.emplace_back("size", Complaint{std::to_string(size) + " is even, so the window has no centre",
                                           "use " + std::to_string(size + 1) + " or " + std::to_string(size - 1)});
    else if (min_valid > window_pixels())
      wrong.emplace_back("min_valid", Complaint{std::to_string(min_valid) + " is more than the " + std::to_string(window_pixels()) +
                                                    " pixels of the window",
                                                "use fewer or a larger size"});
    return wrong;
  }

  void prepare() {
    for (const Reducer r : reducer) focal::add_planes(r, planes);
    validity = {static_cast<float>(min_valid), static_cast<float>(ddof)};
  }

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

  [[nodiscard]] std::size_t scratch_bytes(Index /*times*/, Shape block) const noexcept {
    focal::RowMemory memory(planes, nullptr);
    if (shape == WindowShape::square) [[maybe_unused]]
      const focal::SquareRows rows(planes, size, block.cols, memory);
    else [[maybe_unused]]
      const focal::CircleRows rows(planes, size, block.cols, memory);
    return memory.bytes();
  }

  void run(const Args& args) const noexcept {
    const Block<const float>& in = args.in[0];
    for (Index t = 0; t < in.times(); ++t) {
      focal::RowMemory memory(planes, args.scratch);
      const auto emit = [&](Index r, const focal::Partial& windows) {
        for (std::size_t k = 0; k < reducer.size(); ++k)
          focal::finish_row(planes, windows, reducer[k], validity, in.row(t, r), args.out[k].row(t, r), in.cols());
      };
      if (shape == WindowShape::square)
        focal::square_windows(focal::SquareRows(planes, size, in.cols(), memory), in.at_time(t), emit);
      else
        focal::circle_windows(focal::CircleRows(planes, size, in.cols(), memory), in.at_time(t), emit);
    }
  }
};

}  // namespace

Process focal_statistics() { return define<FocalStatistics>(); }

}  // namespace terroir::kernels
