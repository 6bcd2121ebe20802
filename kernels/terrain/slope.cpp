#include "kernels/math.h"
#include "kernels/terrain/stencil.h"

namespace terroir::kernels {
namespace {

enum class Unit { degree, percent, radian };

struct Slope : terrain::Terrain {
  terrain::GradientMethod method = terrain::GradientMethod::horn;
  Unit unit = Unit::degree;
  double z_factor = 1;

  static void describe(Describe<Slope>& d) {
    d.summary("Steepness of the ground: the angle between its surface and the horizontal.")
        .formula(
            "atan(z_factor sqrt(dzdx^2 + dzdy^2)); Horn: dzdx = ((c + 2f + i) - (a + 2d + g)) / (8 width), "
            "dzdy = ((g + 2h + i) - (a + 2b + c)) / (8 height); Zevenbergen and Thorne: (f - d) / (2 width), (h - b) / (2 height)")
        .cite(
            "Horn (1981), Proceedings of the IEEE 69(1):14-47; Zevenbergen and Thorne (1987), Earth Surface Processes and Landforms "
            "12:47-56")
        .scope(Scope::focal)
        .input("data", "m", "elevation")
        .output("slope", "degree", "slope, 0 to 90 degrees");
    terrain::describe_gradient(d);
    d.param("unit", &Slope::unit, {"degree", "percent", "radian"}, "unit of the result; 100 percent is 45 degrees");
    d.param("z_factor", &Slope::z_factor, "multiplies elevation: metres for each of its units").above(0);
    terrain::describe_edges(d);
  }

  void prepare() {
    stencil.feature = (unit == Unit::percent ? terrain::slope_percent : terrain::slope_angle) | terrain::gradient_bit(method);
    stencil.edges = edges;
    stencil.slope_z = static_cast<float>(z_factor);
    stencil.slope_unit = unit == Unit::degree ? 180 / math::pi : 1;
  }

  [[nodiscard]] static std::string unit_text(Unit unit) {
    return unit == Unit::degree ? "degree" : unit == Unit::percent ? "percent" : "radian";
  }
  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo>) const {
    return terrain::terrain_layer(unit_text(unit), "slope", unit == Unit::percent ? "" : "ground_slope_angle");
  }
};

}  // namespace

Process slope() { return define<Slope>(); }

}  // namespace terroir::kernels
