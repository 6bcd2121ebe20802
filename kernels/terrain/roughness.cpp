#include "kernels/terrain/stencil.h"

namespace terroir::kernels {
namespace {

struct Roughness : terrain::Terrain {
  static void describe(Describe<Roughness>& d) {
    d.summary("Roughness: the highest less the lowest elevation of a pixel and its eight neighbours.")
        .formula("max - min of the nine")
        .cite("Dartnell (2000); Wilson et al. (2007), Marine Geodesy 30:3-35")
        .scope(Scope::focal)
        .input("data", "m", "elevation")
        .output("roughness", "m", "range, in the unit of the input");
    terrain::describe_edges(d);
  }

  void prepare() {
    stencil.feature = terrain::roughness_range;
    stencil.edges = edges;
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    return terrain::terrain_layer(in[0].unit, "roughness");
  }
};

}  // namespace

Process roughness() { return define<Roughness>(); }

}  // namespace terroir::kernels
