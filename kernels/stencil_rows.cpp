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

/// Sets of features that have a loop: all six usual ones; any of the gradient; any of the differences; the others by themselves.
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
                              63u,
                              unsigned{slope_percent},
                              unsigned{ruggedness_wilson},
                              zevenbergen_thorne | 1u,
                              zevenbergen_thorne | 2u,
                              zevenbergen_thorne | 4u,
                              zevenbergen_thorne | unsigned{slope_percent}};

template <unsigned features>
TERROIR_INLINE void loop(const Row& row) noexcept {
  const float *n = row.north, *m = row.centre, *s = row.south;
  float *angle_out = row.angle, *compass_out = row.compass, *shade_out = row.shade;
  float *position_out = row.position, *ruggedness_out = row.ruggedness, *range_out = row.range;
  const float by_width = row.by_width, by_height = row.by_height;
  const float slope_z = row.slope.slope_z, slope_unit = row.slope.slope_unit;
  const float up = row.sun.sun_up, east = row.sun.sun_east, north = row.sun.sun_north, shade_z = row.sun.shade_z_squared;
  const Index cols = row.cols;
#pragma GCC ivdep
  for (Index x = 0; x < cols; ++x) {
    const Nine w = {n[x - 1], n[x], n[x + 1], m[x - 1], m[x], m[x + 1], s[x - 1], s[x], s[x + 1]};
    if constexpr ((features & (slope_angle | slope_percent | aspect_compass | shade)) != 0) {
      const Gradient g = gradient<(features & zevenbergen_thorne) != 0>(w, by_width, by_height);
      if constexpr ((features & slope_angle) != 0) angle_out[x] = angle(g, slope_z, slope_unit);
      if constexpr ((features & slope_percent) != 0) angle_out[x] = percent(g, slope_z);
      if constexpr ((features & aspect_compass) != 0) compass_out[x] = compass(g);
      if constexpr ((features & shade) != 0) shade_out[x] = hillshade(g, up, east, north, shade_z);
    }
    if constexpr ((features & (position | ruggedness_riley | ruggedness_wilson | roughness_range)) != 0) {
      const Drops d = drops(w);
      if constexpr ((features & position) != 0) position_out[x] = 0.125f * sum(d);
      if constexpr ((features & ruggedness_riley) != 0) ruggedness_out[x] = riley(d);
      if constexpr ((features & ruggedness_wilson) != 0) ruggedness_out[x] = wilson(d);
      if constexpr ((features & roughness_range) != 0) range_out[x] = range(w, sum(d));
    }
  }
}

template <std::size_t... i>
TERROIR_INLINE void pick(unsigned features, const Row& row, std::index_sequence<i...>) noexcept {
  ((features == loops[i] ? loop<loops[i]>(row) : void()), ...);
}

TERROIR_INLINE void stencil_row_body(unsigned features, const Row& row) noexcept {
  pick(features, row, std::make_index_sequence<loops.size()>());
}

TERROIR_CLONES(stencil_row, (unsigned features, const Row& row), (features, row))

bool has_loop(unsigned features) noexcept { return std::find(loops.begin(), loops.end(), features) != loops.end(); }

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
  constexpr unsigned six = 63;
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
