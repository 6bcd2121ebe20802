#include "kernels/math.h"
#include "kernels/terrain/stencil.h"

namespace terroir::kernels {
namespace {

struct Hillshade : terrain::Terrain {
  terrain::GradientMethod method = terrain::GradientMethod::horn;
  double azimuth = 315, altitude = 45, z_factor = 1;

  static void describe(Describe<Hillshade>& d) {
    d.summary("Shaded relief: how brightly the sun lights the ground, 1 in the dark to 255.")
        .formula(
            "1 + 254 max(0, (sin alt - x sin az cos alt + y cos az cos alt) / sqrt(1 + x^2 + y^2)), "
            "(x, y) = z_factor (dzdx, dzdy) with the gradient of slope")
        .cite("Horn (1981), Proceedings of the IEEE 69(1):14-47, as in gdaldem hillshade, not rounded to whole numbers")
        .scope(Scope::focal)
        .input("data", "m", "elevation")
        .output("hillshade", "1", "brightness, 1 to 255");
    terrain::describe_gradient(d);
    d.param("azimuth", &Hillshade::azimuth, "direction of the sun, clockwise from north").at_least(0).at_most(360).in_unit("degree");
    d.param("altitude", &Hillshade::altitude, "height of the sun above the horizon").at_least(0).at_most(90).in_unit("degree");
    d.param("z_factor", &Hillshade::z_factor, "multiplies elevation: metres for each of its units").above(0);
    terrain::describe_edges(d);
  }

  void prepare() {
    constexpr double radians = 0x1.921fb54442d18p+1 / 180;
    const double across = z_factor * math::cos_wide(altitude * radians);
    stencil.feature = terrain::shade | terrain::gradient_bit(method);
    stencil.edges = edges;
    stencil.sun_up = static_cast<float>(math::sin_wide(altitude * radians));
    stencil.sun_east = static_cast<float>(across * math::sin_wide(azimuth * radians));
    stencil.sun_north = static_cast<float>(across * math::cos_wide(azimuth * radians));
    stencil.shade_z_squared = static_cast<float>(z_factor * z_factor);
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo>) const { return terrain::terrain_layer("1", "hillshade"); }
};

}  // namespace

Process hillshade() { return define<Hillshade>(); }

}  // namespace terroir::kernels
