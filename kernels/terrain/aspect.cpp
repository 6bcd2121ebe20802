#include "kernels/terrain/stencil.h"

namespace terroir::kernels {
namespace {

struct Aspect : terrain::Terrain {
  terrain::GradientMethod method = terrain::GradientMethod::horn;

  static void describe(Describe<Aspect>& d) {
    d.summary("Compass direction that a slope faces: 0 north, 90 east; nodata on flat ground, which faces nowhere.")
        .formula("atan2(-dzdx, dzdy) in degrees, 0 <= aspect < 360, with the gradient of slope (dzdx to the east, dzdy to the south)")
        .cite(
            "Horn (1981), Proceedings of the IEEE 69(1):14-47; Zevenbergen and Thorne (1987), Earth Surface Processes and Landforms "
            "12:47-56")
        .scope(Scope::focal)
        .input("data", "m", "elevation")
        .output("aspect", "degree", "direction, clockwise from north");
    terrain::describe_gradient(d);
    terrain::describe_edges(d);
  }

  void prepare() {
    stencil.feature = terrain::aspect_compass | terrain::gradient_bit(method);
    stencil.edges = edges;
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo>) const {
    return terrain::terrain_layer("degree", "aspect", "ground_slope_direction");
  }
};

}  // namespace

Process aspect() { return define<Aspect>(); }

}  // namespace terroir::kernels
