#include "kernels/define.h"
#include "kernels/layer_info.h"
#include "kernels/rescale.h"

namespace terroir::kernels {
namespace {

struct LinearScale {
  double factor = 1, offset = 0;

  static void describe(Describe<LinearScale>& d) {
    d.summary("Multiplies by a factor and adds an offset, without clipping")
        .formula("data * factor + offset")
        .scope(Scope::local)
        .input("data", "any", "layers to scale")
        .output("", "", "the scaled layer; it keeps its unit when only an offset of 0 and a factor of 1 are in force");
    d.param("factor", &LinearScale::factor, "what every pixel is multiplied by");
    d.param("offset", &LinearScale::offset, "what is added after that");
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    const bool nothing = factor == 1 && offset == 0;
    return {nothing ? same_meaning(in[0]) : another_quantity(in[0], "", in[0].long_name)};
  }

  void run(const Args& args) const noexcept { rescale(args.in[0], args.out[0], 0, factor, offset); }
};

}  // namespace

Process linear_scale() { return define<LinearScale>(); }

}  // namespace terroir::kernels
