#include "kernels/define.h"
#include "kernels/global/moments_fit.h"
#include "kernels/layer_info.h"
#include "kernels/rescale.h"

#include <limits>

namespace terroir::kernels {
namespace {

struct MinMaxScale : MomentsFit {
  double min = 0, max = 1;

  static void describe(Describe<MinMaxScale>& d) {
    d.summary("Scales each layer linearly so that its smallest pixel becomes min and its largest max, over all pixels and times")
        .formula("min + (data - smallest) / (largest - smallest) * (max - min), of finite pixels; nodata in a constant layer")
        .cite("scikit-learn MinMaxScaler")
        .scope(Scope::global)
        .input("data", "any", "layers to scale, each by itself")
        .output("", "1", "the scaled layer");
    d.param("min", &MinMaxScale::min, "what the smallest pixel becomes").in_unit("1");
    d.param("max", &MinMaxScale::max, "what the largest pixel becomes").in_unit("1");
  }

  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> check() const {
    if (min < max) return {};
    return {{"min", {"min " + number_text(min) + " is not below max " + number_text(max), "give a min that is below max"}}};
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    return {another_quantity(in[0], "1", in[0].long_name)};
  }

  void run(const Args& args) const noexcept {
    const double smallest = args.fitted[moments::min], range = args.fitted[moments::max] - smallest;
    const double factor = range > 0 ? (max - min) / range : std::numeric_limits<double>::quiet_NaN();
    rescale(args.in[0], args.out[0], smallest, factor, min);
  }
};

}  // namespace

Process min_max_scale() { return define<MinMaxScale>(); }

}  // namespace terroir::kernels
