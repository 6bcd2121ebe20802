#include "kernels/resample_runs.h"

#include "kernels/footprint.h"
#include "kernels/warp_rows.h"

namespace terroir {
namespace {

using namespace warp;
using Method = ResampleMethod;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr double least_weight = 1e-6;
/// Less than this of a source pixel is rounding.
constexpr double edge_rounding = 5e-10;
/// gdalwarp's: pixels of up to this many source pixels are interpolated without widening the kernel.
constexpr double unwidened = 1 / 0.95;

/// How far a kernel is stretched at a scale.
double widening(double scale) noexcept { return scale > unwidened ? scale : 1; }

Curve curve_of(Method method) noexcept {
  switch (method) {
    case Method::cubic: return Curve::cubic;
    case Method::lanczos: return Curve::lanczos;
    case Method::bilinear: return Curve::tent;
    default: return Curve::box;
  }
}

TapLine rows_of(const WarpRun& run, const WarpSource& source, bool box, bool exact) noexcept {
  TapLine line{run.row, run.row_step, source.first_row, static_cast<std::int32_t>(source.rows), source.stride, 0, 0, 0, 1};
  line.low = source.extent_row, line.high = source.extent_row_end;
  line.width = box ? run.row_span : exact ? std::max(1.0, run.row_scale) : widening(run.row_scale);
  return line;
}

TapLine columns_of(const WarpRun& run, const WarpSource& source, bool box, bool exact) noexcept {
  TapLine line{
      run.col, run.col_step, source.first_col, static_cast<std::int32_t>(source.cols), 1, static_cast<std::int32_t>(source.period), 0, 0,
      1};
  line.low = source.extent_col, line.high = source.extent_col_end;
  line.width = box ? run.col_span : exact ? std::max(1.0, run.col_scale) : widening(run.col_scale);
  return line;
}

/// Methods that are sums of weight times value.
class Weighted {
 public:
  Weighted(Method method, const Args& args) noexcept : method_(method), args_(args), source_(args.map, args.in[0]) {}

  void run(const WarpRun& run, double first) noexcept {
    const bool box = curve_of(method_) == Curve::box, exact = args_.map.patches.empty();
    TapLine rows = rows_of(run, source_, box, exact), cols = columns_of(run, source_, box, exact);
    // A footprint counts wherever its centre is, and beyond the edges of one CRS' extent there is nodata anyway.
    if (box || exact) {
      constexpr double far = std::numeric_limits<double>::max();
      rows.low = cols.low = -far, rows.high = cols.high = far;
    }
    const Index tall = reach(curve_of(method_), rows.width), wide = reach(curve_of(method_), cols.width);
    const bool once = tall <= Taps::most && wide <= Taps::most;
    if (once) weigh_both(rows, cols, first, run.count, 0, 0, tall, wide);
    for (Index t = 0; t < args_.out[0].times(); ++t) {
      if (once && !box) {
        blend_taps(args_.in[0].row(t, 0), rows_, cols_, run.count, args_.out[0].row(t, run.out_row) + run.out_col);
        continue;
      }
      std::fill_n(sums_.values, run.count, 0.0), std::fill_n(sums_.weights, run.count, 0.0);
      for (Index r = 0; r < tall; r += Taps::most)
        for (Index c = 0; c < wide; c += Taps::most) {
          if (!once) weigh_both(rows, cols, first, run.count, r, c, tall, wide);
          add_taps(args_.in[0].row(t, 0), rows_, cols_, method_ == Method::rms, run.count, sums_);
        }
      finish(args_.out[0].row(t, run.out_row) + run.out_col, run.count, run.share);
    }
  }

 private:
  void weigh_both(const TapLine& rows, const TapLine& cols, double first, Index n, Index r, Index c, Index tall, Index wide) noexcept {
    rows_.count = std::min(Taps::most, tall - r), cols_.count = std::min(Taps::most, wide - c);
    weigh(curve_of(method_), rows, first, r, n, rows_);
    weigh(curve_of(method_), cols, first, c, n, cols_);
  }

  void finish(float* out, Index n, double share) const noexcept {
    for (Index i = 0; i < n; ++i) {
      const double mean = sums_.values[i] / sums_.weights[i];
      const double value = method_ == Method::sum ? sums_.values[i] * share : method_ == Method::rms ? std::sqrt(mean) : mean;
      out[i] = std::abs(sums_.weights[i]) < least_weight ? nan : static_cast<float>(value);
    }
  }

  Method method_;
  const Args& args_;
  WarpSource source_;
  Taps rows_, cols_;
  Sums sums_;
};

void run_nearest(const Args& args) noexcept {
  const WarpSource source(args.map, args.in[0]);
  std::int32_t places[longest_run];
  visit_runs(args.map, longest_run, [&](const WarpRun& run, double first) {
    find_holders(run, first, source, places);
    for (Index t = 0; t < args.out[0].times(); ++t)
      take_holders(args.in[0].row(t, 0), places, run.count, args.out[0].row(t, run.out_row) + run.out_col);
  });
}

void run_bilinear(const Args& args) noexcept {
  const WarpSource source(args.map, args.in[0]);
  Neighbours neighbours;
  Weighted wide(Method::bilinear, args);
  visit_runs(args.map, Taps::longest, [&](const WarpRun& run, double first) {
    if (widening(run.row_scale) > 1 || widening(run.col_scale) > 1) return wide.run(run, first);
    find_neighbours(run, first, source, neighbours);
    for (Index t = 0; t < args.out[0].times(); ++t)
      blend_neighbours(args.in[0].row(t, 0), neighbours, run.count, args.out[0].row(t, run.out_row) + run.out_col);
  });
}

/// Source pixels that a footprint touches along one direction, counted from the block's first: [first, end).
std::pair<Index, Index> touched(double centre, double span, double block_first) noexcept {
  constexpr double touch = 1e-6;  // less than this of a source pixel is rounding
  const double low = std::floor(centre - span / 2 + touch), high = std::ceil(centre + span / 2 - touch);
  return {static_cast<Index>(low - block_first), static_cast<Index>(std::max(high, low + 1) - block_first)};
}

Footprint footprint_of(const WarpRun& run, double step, const WarpSource& source) noexcept {
  const double row = run.row + step * run.row_step, col = run.col + step * run.col_step;
  if (!(std::abs(row) < 1e15) || !(std::abs(col) < 1e15)) return {};
  const auto [r, r_end] = touched(row, run.row_span, source.first_row);
  const auto [c, c_end] = touched(col, run.col_span, source.first_col);
  const auto rows = static_cast<Index>(source.rows), cols = static_cast<Index>(source.cols), period = static_cast<Index>(source.period);
  return {std::max<Index>(0, r),
          std::min(rows, r_end),
          period > 0 ? c : std::max<Index>(0, c),
          period > 0 ? c_end : std::min(cols, c_end),
          cols,
          period};
}

void run_selected(Method method, const Args& args) noexcept {
  const WarpSource source(args.map, args.in[0]);
  visit_runs(args.map, longest_run, [&](const WarpRun& run, double first) {
    for (Index i = 0; i < run.count; ++i) {
      const Footprint print = footprint_of(run, first + static_cast<double>(i), source);
      for (Index t = 0; t < args.out[0].times(); ++t)
        args.out[0](t, run.out_row, run.out_col + i) = select_from(method, args.in[0], t, print);
    }
  });
}

void run_weighted(Method method, const Args& args) noexcept {
  Weighted weighted(method, args);
  visit_runs(args.map, Taps::longest, [&](const WarpRun& run, double first) { weighted.run(run, first); });
}

}  // namespace

bool takes_footprint(Method method) noexcept { return method >= Method::average; }

double resample_support(Method method, double scale) noexcept {
  const double radius = std::max(1.0, scale);
  switch (method) {
    case Method::nearest: return 0.5;
    case Method::bilinear: return radius;
    case Method::cubic: return 2 * radius;
    case Method::lanczos: return 3 * radius;
    // Up to its edges, which lie between the centres of pixels: so that blocks whose edges meet chunks of the source read no more of them.
    case Method::conservative: return 0.5 * scale - 0.5 - edge_rounding;
    default: return 0.75 * scale + 1;  // half of a square's diagonal at most
  }
}

void resample_runs(Method method, const Args& args) noexcept {
  switch (method) {
    case Method::nearest: return run_nearest(args);
    case Method::bilinear: return run_bilinear(args);
    case Method::cubic:
    case Method::lanczos:
    case Method::average:
    case Method::sum:
    case Method::rms: return run_weighted(method, args);
    default: return run_selected(method, args);
  }
}

}  // namespace terroir
