#include "kernels/terrain/stencil.h"

namespace terroir::kernels {
namespace {

enum class Ruggedness { riley, wilson };

struct Tri : terrain::Terrain {
  Ruggedness method = Ruggedness::riley;

  static void describe(Describe<Tri>& d) {
    d.summary("Terrain ruggedness index: how far the eight neighbours lie from a pixel in height.")
        .formula("Riley: sqrt(sum (n - e)^2); Wilson: sum |n - e| / 8, over the neighbours n of the centre e")
        .cite(
            "Riley, DeGloria and Elliot (1999), Intermountain Journal of Sciences 5:23-27; Wilson et al. (2007), Marine Geodesy "
            "30:3-35")
        .scope(Scope::focal)
        .input("data", "m", "elevation")
        .output("tri", "m", "ruggedness, in the unit of the input");
    d.param("method", &Tri::method, {"riley", "wilson"}, "root of the sum of squares (land), or mean distance (sea floor)");
    terrain::describe_edges(d);
  }

  void prepare() {
    stencil.feature = method == Ruggedness::riley ? terrain::ruggedness_riley : terrain::ruggedness_wilson;
    stencil.edges = edges;
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    return terrain::terrain_layer(in[0].unit, "terrain ruggedness index");
  }
};

}  // namespace

Process tri() { return define<Tri>(); }

}  // namespace terroir::kernels
