#include "kernels/define.h"
#include "kernels/global/moments_fit.h"
#include "kernels/layer_info.h"
#include "kernels/rescale.h"

#include <limits>

namespace terroir::kernels {
namespace {

struct Standardize : MomentsFit {
  std::int64_t ddof = 0;

  static void describe(Describe<Standardize>& d) {
    d.summary("Standard score of each layer: how many standard deviations a pixel lies above the layer's mean, over all pixels and times")
        .formula("(data - mean) / sd; mean and sd of finite pixels; nodata where sd is 0, as in a constant layer")
        .cite("Chan, Golub and LeVeque 1983 (merging of variances); scikit-learn StandardScaler (ddof 0)")
        .scope(Scope::global)
        .input("data", "any", "layers to standardise, each by itself")
        .output("", "1", "the standardised layer");
    d.param("ddof", &Standardize::ddof, "degrees of freedom taken off the number of pixels in the variance").at_least(0).at_most(1);
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    const std::string of = in[0].long_name.empty() ? "" : "standard score of " + in[0].long_name;
    return {another_quantity(in[0], "1", of)};
  }

  void run(const Args& args) const noexcept {
    const auto fitted = args.fitted.first<moments::size>();
    const double sd = standard_deviation(fitted, static_cast<double>(ddof));
    const double factor = sd > 0 ? 1 / sd : std::numeric_limits<double>::quiet_NaN();
    rescale(args.in[0], args.out[0], fitted[moments::mean], factor, 0);
  }
};

}  // namespace

Process standardize() { return define<Standardize>(); }

}  // namespace terroir::kernels
