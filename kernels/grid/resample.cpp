#include "kernels/clones.h"
#include "kernels/define.h"
#include "kernels/layer_info.h"
#include "kernels/resample_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir::kernels {
namespace {

using Method = ResampleMethod;

constexpr Index segment = 256;
constexpr double least_weight = 1e-6;
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// What conservative resampling divides by: the part of the destination pixel that valid source pixels cover, or the whole of it.
enum class Normalize { fracarea, destarea };

/// Whether it is known what pixels cover of the source's: from their corners, or from the edges of uneven rows.
bool tells_areas(const GridMap& map) noexcept { return map.patches.empty() ? !map.row_edges.empty() : map.patches.front()->corners; }

/// How destination pixels of one direction lie in the source: position = offset + scale * (pixel + 0.5), absolute, so that no
/// weight depends on where a block starts.
struct Axis {
  double scale, offset;
  [[nodiscard]] double position(Index pixel) const noexcept { return offset + scale * (static_cast<double>(pixel) + 0.5); }
  /// Half of the width of the tent: one source pixel, and more when the destination's pixels are larger than the source's.
  [[nodiscard]] double radius() const noexcept { return std::max(1.0, std::abs(scale)); }
  /// Source pixels whose centres may lie inside the tent.
  [[nodiscard]] Index taps() const noexcept { return static_cast<Index>(std::ceil(2 * radius())); }
  /// The source pixel that holds the centre of a pixel; a centre on an edge, but for rounding, is held by the pixel after it.
  [[nodiscard]] Index holder(Index pixel) const noexcept { return static_cast<Index>(std::floor(position(pixel) + 1e-9)); }
  [[nodiscard]] double first(double position) const noexcept { return std::floor(position - radius() - 0.5) + 1; }
  [[nodiscard]] double weight(double tap, double position) const noexcept {
    return std::max(0.0, 1 - std::abs(tap + 0.5 - position) * (1 / radius()));
  }
};

/// One row of the source for n <= segment destination pixels: source columns `column` + tap of weight tent * row_weight are added
/// where they are valid. `begin` and `cols` say which columns `row` holds.
TERROIR_INLINE void add_tap_body(const float* row, double begin, double cols, const double* column, const double* position, double tap,
                                 double inverse_radius, double row_weight, Index n, double* sum, double* weights) {
  double x[segment], w[segment];
  std::int32_t place[segment];
  for (Index i = 0; i < n; ++i) {
    const double k = column[i] + tap - begin;
    const double low = k < 0 ? 0 : k;
    place[i] = static_cast<std::int32_t>(low > cols - 1 ? cols - 1 : low);
  }
  for (Index i = 0; i < n; ++i) x[i] = static_cast<double>(row[place[i]]);
  for (Index i = 0; i < n; ++i) {
    const double k = column[i] + tap - begin;
    const double tent = 1 - __builtin_fabs(column[i] + tap + 0.5 - position[i]) * inverse_radius;
    const double inside = k < 0 || k > cols - 1 ? 0.0 : tent;
    w[i] = (inside > 0 ? inside : 0.0) * row_weight;
  }
  for (Index i = 0; i < n; ++i) {
    const bool used = x[i] == x[i] && w[i] > 0;
    sum[i] += used ? w[i] * x[i] : 0.0;
    weights[i] += used ? w[i] : 0.0;
  }
}
TERROIR_CLONES(add_tap,
               (const float* row, double begin, double cols, const double* column, const double* position, double tap,
                double inverse_radius, double row_weight, Index n, double* sum, double* weights),
               (row, begin, cols, column, position, tap, inverse_radius, row_weight, n, sum, weights))

struct Resample {
  Method method = Method::nearest;
  Normalize normalize = Normalize::fracarea;
  double min_valid = 0;

  static void describe(Describe<Resample>& d) {
    d.summary("Brings layers onto the recipe's grid, from any grid and CRS")
        .formula(
            "nearest: the source pixel that holds the pixel's centre (on an edge, the one to the right or below). bilinear: sum(w x) / "
            "sum(w) over valid source pixels, w = max(0, 1 - |row distance| / r) max(0, 1 - |column distance| / r), distances from "
            "centre to centre in source pixels, r = max(1, destination pixel / source pixel); nodata where |sum(w)| < 1e-6. cubic: "
            "likewise with Catmull-Rom's cubic (a = -0.5) of |distance| / r < 2. lanczos: likewise with sinc(d) sinc(d / 3), d = "
            "|distance| / r < 3. average: sum(w x) / sum(w), rms: sqrt(sum(w x^2) / sum(w)), sum: sum(w x), w the share of a valid "
            "source pixel in the destination pixel's footprint. min, max, median, q1, q3, mode: of the valid source pixels that the "
            "footprint touches; a quantile p of n values is the one of rank ceil(p n), of equally frequent values the mode is the "
            "smallest. conservative: sum(a x) / sum(a), a the area that a valid source pixel shares with the destination pixel: on the "
            "sphere where the source is geographic, else in its own plane, whose scale hardly changes inside a pixel. Across CRSs the "
            "destination pixel is for it the quadrangle of its corners, with straight sides in longitude and sine of latitude or in that "
            "plane. sum goes by such areas across CRSs too, w = a / the source pixel's own area, so that totals are kept; within one CRS "
            "sum, average and rms (these with w = a) do where the source's rows are uneven. For others the footprint is across CRSs the "
            "box, along the source's rows and columns, from the destination pixel's first corner to its last (as wide as the pixel where "
            "that is turned by ten degrees and more), and r is 1 up to 1.05 source pixels")
        .cite(
            "gdalwarp (kernels widen when shrinking); Keys (1981), IEEE Trans. ASSP 29:1153-1160; Duchon (1979), J. Appl. Meteorol. "
            "18:1016-1022; Jones (1999), Mon. Weather Rev. 127:2204-2210; Sutherland and Hodgman (1974), Commun. ACM 17:32-42")
        .scope(Scope::focal)
        .input("data", "any", "layers on another grid")
        .output("", "as data", "the layer on the recipe's grid; categorical layers take nearest, or mode where that is asked for");
    d.param(
        "method", &Resample::method,
        {"nearest", "bilinear", "cubic", "lanczos", "average", "mode", "min", "max", "median", "q1", "q3", "sum", "rms", "conservative"},
        "how pixels are made from those of the source");
    d.param("normalize", &Resample::normalize, {"fracarea", "destarea"},
            "conservative: divides by the valid part of the pixel's area, which keeps means, or by the whole of it, which keeps totals");
    d.param("min_valid", &Resample::min_valid, "conservative: where less than this share of the pixel's area is valid the result is nodata")
        .at_least(0)
        .at_most(1);
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const { return {same_meaning(in[0])}; }

  [[nodiscard]] std::optional<double> support(double scale) const noexcept { return resample_support(method, std::abs(scale)); }
  [[nodiscard]] bool by_footprint() const noexcept { return takes_footprint(method); }
  [[nodiscard]] Areas areas() const noexcept {
    switch (method) {
      case Method::conservative: return Areas::needed;
      case Method::sum: return Areas::where_known;
      case Method::average:
      case Method::rms: return Areas::of_uneven_rows;
      default: return Areas::unused;
    }
  }

  void run(const Args& args) const noexcept {
    if (areas() == Areas::needed || (areas() != Areas::unused && tells_areas(args.map))) return by_areas(args);
    const bool own = (method == Method::nearest || method == Method::bilinear) && args.map.patches.empty();
    if (!own) return resample_runs(method, args);
    for (Index c = 0; c < args.out[0].cols(); c += segment) {
      const Index n = std::min(segment, args.out[0].cols() - c);
      if (method == Method::nearest)
        take_nearest(args, c, n);
      else
        interpolate(args, c, n);
    }
  }

 private:
  void by_areas(const Args& args) const noexcept {
    const bool conservative = method == Method::conservative;
    AreaResult result = method == Method::sum ? AreaResult::sum : method == Method::rms ? AreaResult::rms : AreaResult::fracarea;
    if (conservative && normalize == Normalize::destarea) result = AreaResult::destarea;
    const double least = conservative ? min_valid : 0;
    return args.map.patches.empty() ? resample_conservative(result, least, args) : resample_overlaps(result, least, args);
  }

  static Axis rows(const GridMap& map) noexcept { return {map.row_scale, map.row_offset}; }
  static Axis columns(const GridMap& map) noexcept { return {map.col_scale, map.col_offset}; }

  /// Columns [c, c + n) of the output.
  static void take_nearest(const Args& args, Index c, Index n) noexcept {
    const auto& in = args.in[0];
    const auto& out = args.out[0];
    const Window &source = args.map.source, &destination = args.map.destination;
    Index column[segment];
    for (Index i = 0; i < n; ++i) column[i] = columns(args.map).holder(destination.col + c + i) - source.col;
    for (Index t = 0; t < out.times(); ++t)
      for (Index r = 0; r < out.rows(); ++r) {
        float* to = out.row(t, r) + c;
        const Index row = rows(args.map).holder(destination.row + r) - source.row;
        const bool inside = row >= 0 && row < in.rows();
        const float* from = inside ? in.row(t, row) : nullptr;
        for (Index i = 0; i < n; ++i) to[i] = inside && column[i] >= 0 && column[i] < in.cols() ? from[column[i]] : nan;
      }
  }

  static void interpolate(const Args& args, Index c, Index n) noexcept {
    const Axis axis = columns(args.map);
    double position[segment], column[segment];
    for (Index i = 0; i < n; ++i) {
      position[i] = axis.position(args.map.destination.col + c + i);
      column[i] = axis.first(position[i]);
    }
    for (Index t = 0; t < args.out[0].times(); ++t)
      for (Index r = 0; r < args.out[0].rows(); ++r) interpolate_row(args, t, r, position, column, n, args.out[0].row(t, r) + c);
  }

  static void interpolate_row(const Args& args, Index t, Index r, const double* position, const double* column, Index n,
                              float* out) noexcept {
    const Axis down = rows(args.map), across = columns(args.map);
    const Window& source = args.map.source;
    const double here = down.position(args.map.destination.row + r), first = down.first(here);
    double sum[segment] = {}, weights[segment] = {};
    for (Index tap = 0; tap < down.taps(); ++tap) {
      const double row = first + static_cast<double>(tap), weight = down.weight(row, here);
      const Index place = static_cast<Index>(row) - source.row;
      if (weight <= 0 || place < 0 || place >= args.in[0].rows()) continue;
      for (Index k = 0; k < across.taps(); ++k)
        add_tap(args.in[0].row(t, place), static_cast<double>(source.col), static_cast<double>(args.in[0].cols()), column, position,
                static_cast<double>(k), 1 / across.radius(), weight, n, sum, weights);
    }
    for (Index i = 0; i < n; ++i) out[i] = weights[i] < least_weight ? nan : static_cast<float>(sum[i] / weights[i]);
  }
};

}  // namespace

Process resample() { return define<Resample>(); }

}  // namespace terroir::kernels
