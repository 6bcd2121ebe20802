#include "kernels/terrain/stencil.h"

namespace terroir::kernels {
namespace {

struct Tpi : terrain::Terrain {
  static void describe(Describe<Tpi>& d) {
    d.summary("Topographic position index: how far a pixel lies above the mean of its eight neighbours.")
        .formula("sum(e - n) / 8 over the neighbours n of the centre e")
        .cite("Weiss (2001), Topographic position and landforms analysis; Wilson et al. (2007), Marine Geodesy 30:3-35")
        .scope(Scope::focal)
        .input("data", "m", "elevation")
        .output("tpi", "m", "height above the neighbours, in the unit of the input");
    terrain::describe_edges(d);
  }

  void prepare() {
    stencil.feature = terrain::position;
    stencil.edges = edges;
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    return terrain::terrain_layer(in[0].unit, "topographic position index");
  }
};

}  // namespace

Process tpi() { return define<Tpi>(); }

}  // namespace terroir::kernels
