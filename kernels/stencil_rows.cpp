#include "kernels/clones.h"
#include "kernels/terrain/formulas.h"
#include "kernels/terrain/stencil.h"

#include <array>
#include <utility>

namespace terroir::terrain {
namespace {

/// One row of a pass: where it reads and writes, and the parameters of the processes in the pass.
struct Row {
  const float *north = nullptr, *centre = nullptr, *south = nullptr;
  Index cols = 0;
  float by_width = 0, by_height = 0;  ///< 1 / (divisor of the gradient x ground size)
  float *angle = nullptr, *compass = nullptr, *shade = nullptr, *position = nullptr, *ruggedness = nullptr, *range = nullptr;
  Stencil slope, sun;
};

constexpr unsigned of_gradient = slope_angle | slope_percent | aspect_compass | shade;
constexpr unsigned of_differences = position | ruggedness_riley | ruggedness_wilson | roughness_range;
constexpr unsigned six = slope_angle | aspect_compass | shade | position | ruggedness_riley | roughness_range;

/// Sets of features that have a loop: any of the gradient; any of the differences; the others by themselves. All six have two.
constexpr std::array loops = {1u,
                              2u,
                              3u,
                              4u,
                              5u,
                              6u,
                              7u,
                              8u,
                              16u,
                              24u,
                              32u,
                              40u,
                              48u,
                              56u,
                              unsigned{slope_percent},
                              unsigned{ruggedness_wilson},
                              zevenbergen_thorne | 1u,
                              zevenbergen_thorne | 2u,
                              zevenbergen_thorne | 4u,
                              zevenbergen_thorne | unsigned{slope_percent}};

template <unsigned features>
TERROIR_INLINE void write_of_gradient(const Row& row, Index x, const Gradient& g) noexcept {
  const Stencil& sun = row.sun;
  if constexpr ((features & slope_angle) != 0) row.angle[x] = angle(g, row.slope.slope_z, row.slope.slope_unit);
  if constexpr ((features & slope_percent) != 0) row.angle[x] = percent(g, row.slope.slope_z);
  if constexpr ((features & aspect_compass) != 0) row.compass[x] = compass(g);
  if constexpr ((features & shade) != 0) row.shade[x] = hillshade(g, sun.sun_up, sun.sun_east, sun.sun_north, sun.shade_z_squared);
}

template <unsigned features>
TERROIR_INLINE void write_of_differences(const Row& row, Index x, const Nine& w) noexcept {
  const Drops d = drops(w);
  if constexpr ((features & position) != 0) row.position[x] = 0.125f * sum(d);
  if constexpr ((features & ruggedness_riley) != 0) row.ruggedness[x] = riley(d);
  if constexpr ((features & ruggedness_wilson) != 0) row.ruggedness[x] = wilson(d);
  if constexpr ((features & roughness_range) != 0) row.range[x] = range(w, sum(d));
}

/// The gradients of a stretch of a row, for a second loop.
struct Gradients {
  static constexpr Index most = 256;
  alignas(64) float east[most], south[most], squared[most];
};

/// One loop over a row, which may keep the gradients too. `row` is a copy, so that nothing that is written can be a part of it.
template <unsigned features>
TERROIR_INLINE void loop(const Row row, Gradients* kept = nullptr) noexcept {
  const float *n = row.north, *m = row.centre, *s = row.south;
#pragma GCC ivdep
  for (Index x = 0; x < row.cols; ++x) {
    const Nine w = {n[x - 1], n[x], n[x + 1], m[x - 1], m[x], m[x + 1], s[x - 1], s[x], s[x + 1]};
    const Gradient g = gradient<(features & zevenbergen_thorne) != 0>(w, row.by_width, row.by_height);
    if (kept != nullptr) {
      kept->east[x] = g.east;
      kept->south[x] = g.south;
      kept->squared[x] = g.squared;
    }
    write_of_gradient<features>(row, x, g);
    write_of_differences<features>(row, x, w);
  }
}

/// The same row from column `first` on, `cols` columns of it.
TERROIR_INLINE Row stretch(Row row, Index first, Index cols) noexcept {
  row.north += first;
  row.centre += first;
  row.south += first;
  row.angle += first;
  row.compass += first;
  row.shade += first;
  row.position += first;
  row.ruggedness += first;
  row.range += first;
  row.cols = cols;
  return row;
}

/// All six usual features, in two loops by turns: the whole of a pixel's arithmetic is more than a core can look ahead over, and it
/// would wait for roots and divisions with little else to do.
TERROIR_INLINE void all_six(const Row& row) noexcept {
  Gradients kept;
  for (Index first = 0; first < row.cols; first += Gradients::most) {
    const Row part = stretch(row, first, std::min(Gradients::most, row.cols - first));
    loop<six & of_differences>(part, &kept);
#pragma GCC ivdep
    for (Index x = 0; x < part.cols; ++x) write_of_gradient<six & of_gradient>(part, x, {kept.east[x], kept.south[x], kept.squared[x]});
  }
}

template <std::size_t... i>
TERROIR_INLINE void pick(unsigned features, const Row& row, std::index_sequence<i...>) noexcept {
  ((features == loops[i] ? loop<loops[i]>(row) : void()), ...);
}

TERROIR_INLINE void stencil_row_body(unsigned features, const Row& row) noexcept {
  if (features == six) return all_six(row);
  pick(features, row, std::make_index_sequence<loops.size()>());
}

TERROIR_CLONES(stencil_row, (unsigned features, const Row& row), (features, row))

bool has_loop(unsigned features) noexcept { return features == six || std::find(loops.begin(), loops.end(), features) != loops.end(); }

/// Where a process of this feature writes.
float*& target(Row& row, unsigned feature) noexcept {
  switch (feature & ~unsigned{zevenbergen_thorne}) {
    case slope_angle:
    case slope_percent: return row.angle;
    case aspect_compass: return row.compass;
    case shade: return row.shade;
    case position: return row.position;
    case roughness_range: return row.range;
    default: return row.ruggedness;
  }
}

void set_scale(Row& row, unsigned features, const Ground& ground, Index r) noexcept {
  const double divisor = (features & zevenbergen_thorne) != 0 ? 2 : 8;
  row.by_width = static_cast<float>(1 / (divisor * ground.width[static_cast<std::size_t>(r)]));
  row.by_height = static_cast<float>(1 / (divisor * ground.height[static_cast<std::size_t>(r)]));
}

/// Fills in what is missing around a centre that is not, as run_stencils says.
void fill(std::array<float, 9>& w) noexcept {
  const auto gone = [&w](int k) { return w[static_cast<std::size_t>(k)] != w[static_cast<std::size_t>(k)]; };
  const auto at = [&w](int k) -> float& { return w[static_cast<std::size_t>(k)]; };
  const bool north = gone(0) && gone(1) && gone(2), south = gone(6) && gone(7) && gone(8);
  const bool west = gone(0) && gone(3) && gone(6), east = gone(2) && gone(5) && gone(8);
  for (const int k : {0, 3, 6}) {
    // In a corner gdaldem repeats the column and continues the row.
    if (west) at(k) = north || south ? at(k + 1) : 2 * at(k + 1) - at(k + 2);
    if (east) at(k + 2) = north || south ? at(k + 1) : 2 * at(k + 1) - at(k);
  }
  for (const int k : {0, 1, 2}) {
    if (north) at(k) = 2 * at(k + 3) - at(k + 6);
    if (south) at(k + 6) = 2 * at(k + 3) - at(k);
  }
  for (int k = 0; k < 9; ++k)
    if (gone(k)) at(k) = w[4];
}

/// Computes again what a missing neighbour has made nodata in a row.
void extrapolate_row(const Stencil& stencil, const Row& row) noexcept {
  for (Index x = 0; x < row.cols; ++x) {
    std::array<float, 9> w = {row.north[x - 1],  row.north[x],     row.north[x + 1], row.centre[x - 1], row.centre[x],
                              row.centre[x + 1], row.south[x - 1], row.south[x],     row.south[x + 1]};
    bool missing = false;
    for (const float v : w) missing = missing || v != v;
    if (!missing || w[4] != w[4]) continue;
    fill(w);
    Row one = row;
    one.north = w.data() + 1;
    one.centre = w.data() + 4;
    one.south = w.data() + 7;
    one.cols = 1;
    target(one, stencil.feature) += x;
    stencil_row(stencil.feature, one);
  }
}

/// Processes that one loop computes together, and the block that each writes.
struct Pass {
  unsigned features = 0;
  std::array<const Stencil*, 6> stencils{};
  std::array<const Block<float>*, 6> out{};
  std::size_t size = 0;

  void add(const Stencil& stencil, const Block<float>& block) noexcept {
    features |= stencil.feature;
    stencils[size] = &stencil;
    out[size++] = &block;
  }
};

void run_row(const Pass& pass, const Args& args, Index t, Index r) noexcept {
  const Block<const float>& in = args.in[0];
  Row row;
  row.north = in.row(t, r - 1);
  row.centre = in.row(t, r);
  row.south = in.row(t, r + 1);
  row.cols = in.cols();
  set_scale(row, pass.features, args.ground, r);
  for (std::size_t k = 0; k < pass.size; ++k) {
    const Stencil& stencil = *pass.stencils[k];
    target(row, stencil.feature) = pass.out[k]->row(t, r);
    if ((stencil.feature & (slope_angle | slope_percent)) != 0) row.slope = stencil;
    if ((stencil.feature & shade) != 0) row.sun = stencil;
  }
  stencil_row(pass.features, row);
  for (std::size_t k = 0; k < pass.size; ++k)
    if (pass.stencils[k]->edges == Edges::extrapolate) extrapolate_row(*pass.stencils[k], row);
}

/// The next pass: all six usual features if they are there, else what can join the first process that is left.
Pass next_pass(std::span<const Stencil* const> stencils, std::span<const Block<float>> out, std::span<bool> done) noexcept {
  unsigned left = 0;
  for (std::size_t k = 0; k < stencils.size(); ++k)
    if (!done[k] && (stencils[k]->feature & ~six) == 0) left |= stencils[k]->feature;
  Pass pass;
  for (std::size_t k = 0; k < stencils.size(); ++k) {
    const unsigned feature = stencils[k]->feature;
    const bool joins = (left & six) == six ? (feature & ~six) == 0 : has_loop(pass.features | feature);
    if (done[k] || (pass.features & feature) != 0 || !joins) continue;
    pass.add(*stencils[k], out[k]);
    done[k] = true;
  }
  return pass;
}

constexpr std::size_t most_at_once = 32;

}  // namespace

void run_stencils(std::span<const Stencil* const> stencils, const Args& args) noexcept {
  for (std::size_t first = 0; first < stencils.size(); first += most_at_once) {
    const std::size_t count = std::min(most_at_once, stencils.size() - first);
    std::array<bool, most_at_once> done{};
    for (;;) {
      const Pass pass = next_pass(stencils.subspan(first, count), args.out.subspan(first, count), done);
      if (pass.size == 0) break;
      for (Index t = 0; t < args.in[0].times(); ++t)
        for (Index r = 0; r < args.in[0].rows(); ++r) run_row(pass, args, t, r);
    }
  }
}

void sweep_stencils(std::span<const BoundKernel* const> kernels, const Args& args) noexcept {
  for (std::size_t first = 0; first < kernels.size(); first += most_at_once) {
    std::array<const Stencil*, most_at_once> stencils{};
    const std::size_t count = std::min(most_at_once, kernels.size() - first);
    for (std::size_t k = 0; k < count; ++k) stencils[k] = static_cast<const Stencil*>(kernels[first + k]->sweep_part());
    Args part = args;
    part.out = args.out.subspan(first, count);
    run_stencils({stencils.data(), count}, part);
  }
}

}  // namespace terroir::terrain
