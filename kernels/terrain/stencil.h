#pragma once

#include "kernels/define.h"

#include <cstdint>

/// What the 3 x 3 terrain processes share. Letters name the window: a b c / d e f / g h i, the first row in the north, e the centre.
namespace terroir::terrain {

/// What one pass over a block may yield; a process is one of these bits, with `zevenbergen_thorne` added for that gradient.
enum Feature : unsigned {
  slope_angle = 1,
  aspect_compass = 2,
  shade = 4,
  position = 8,
  ruggedness_riley = 16,
  roughness_range = 32,
  slope_percent = 64,
  ruggedness_wilson = 128,
  zevenbergen_thorne = 256
};

enum class GradientMethod { horn, zevenbergen_thorne };
enum class Edges { nodata, extrapolate };

/// One terrain process with its parameters, as the row loops read it.
struct Stencil {
  unsigned feature = 0;
  Edges edges = Edges::nodata;
  float slope_z = 1, slope_unit = 1;                                   ///< z factor, and units for each radian (percent: 100)
  float sun_up = 0, sun_east = 0, sun_north = 0, shade_z_squared = 1;  ///< direction of the sun; horizontal parts times the z factor
};

/// Runs terrain processes that share their input; `args.out` holds their outputs one after another. Edges::extrapolate fills in
/// missing neighbours: a row of the window that is missing whole, or else a column, is continued linearly (2 x edge - inner), any other
/// missing neighbour takes the centre's value; in a corner the row is continued and the column repeats the one beside it. At the edge of a
/// raster and beside single missing pixels that is `gdaldem -compute_edges`; beside wider gaps gdaldem takes the centre's value, where here
/// the gap's edge and the raster's edge obey one rule.
void run_stencils(std::span<const Stencil* const> stencils, const Args& args) noexcept;

/// The Sweep of the terrain processes.
void sweep_stencils(std::span<const BoundKernel* const> kernels, const Args& args) noexcept;

/// Halo, execution and the two parameters that all terrain processes have; K adds its own parameters and prepare().
struct Terrain {
  Edges edges = Edges::nodata;
  Boundary boundary = Boundary::nodata;
  Stencil stencil;

  [[nodiscard]] Halo halo() const noexcept { return {1, 1}; }
  [[nodiscard]] Sweep sweep() const noexcept { return sweep_stencils; }
  [[nodiscard]] const void* sweep_part() const noexcept { return &stencil; }
  void run(const Args& args) const noexcept {
    const Stencil* one = &stencil;
    run_stencils({&one, 1}, args);
  }
};

inline unsigned gradient_bit(GradientMethod method) noexcept {
  return method == GradientMethod::zevenbergen_thorne ? unsigned{zevenbergen_thorne} : 0u;
}

template <class K>
void describe_gradient(Describe<K>& d) {
  d.param("method", &K::method, {"horn", "zevenbergen_thorne"},
          "gradient by Horn (1981), 8 neighbours, smoother; or by Zevenbergen and Thorne (1987), 4 neighbours");
}

template <class K>
void describe_edges(Describe<K>& d) {
  d.template param<Edges>(
      "edges", &K::edges, {"nodata", "extrapolate"},
      "what a missing neighbour does: nodata in the result, or it is filled in: a missing row of neighbours, or else a missing column, is "
      "continued linearly, any other takes the centre's value; in a corner the row is continued and the column repeats the one beside it "
      "(gdaldem -compute_edges does so at the edges of the raster; beside nodata inside it, any takes the centre's value)");
  d.template param<Boundary>("boundary", &K::boundary, {"nodata", "replicate", "reflect", "wrap"},
                             "what stands beyond the edge of the layer");
}

/// The one layer that a terrain process yields.
inline std::vector<LayerInfo> terrain_layer(std::string unit, std::string long_name, std::string standard_name = "") {
  LayerInfo layer;
  layer.unit = std::move(unit);
  layer.long_name = std::move(long_name);
  layer.standard_name = std::move(standard_name);
  return {layer};
}

}  // namespace terroir::terrain
