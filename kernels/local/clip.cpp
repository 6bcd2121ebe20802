#include "kernels/clones.h"
#include "kernels/define.h"
#include "kernels/layer_info.h"

#include <limits>

namespace terroir::kernels {
namespace {

TERROIR_INLINE void clip_row_body(const float* in, float* out, Index n, float min, float max) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const float raised = in[i] < min ? min : in[i];
    out[i] = raised > max ? max : raised;  // NaN is in no order, so it stays
  }
}
TERROIR_CLONES(clip_row, (const float* in, float* out, Index n, float min, float max), (in, out, n, min, max))

struct Clip {
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  double min = -infinity, max = infinity;

  static void describe(Describe<Clip>& d) {
    d.summary("Limits pixels to an interval: smaller ones become its lower bound, larger ones its upper bound")
        .formula("min(max(data, min), max)")
        .cite("openEO processes, clip")
        .scope(Scope::local)
        .input("data", "any", "layers to clip")
        .output("", "as data", "the clipped layer");
    d.param("min", &Clip::min, "lower bound").in_unit("as data").such_as("0");
    d.param("max", &Clip::max, "upper bound").in_unit("as data");
  }

  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> check() const {
    if (min == -infinity && max == infinity) return {{"min", {"neither min nor max is given", "give at least one of them"}}};
    if (min > max) return {{"min", {"min " + number_text(min) + " is above max " + number_text(max), "give a min that is at most max"}}};
    return {};
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const { return {same_meaning(in[0])}; }

  void run(const Args& args) const noexcept {
    const auto& in = args.in[0];
    const auto& out = args.out[0];
    for (Index t = 0; t < out.times(); ++t)
      for (Index r = 0; r < out.rows(); ++r)
        clip_row(in.row(t, r), out.row(t, r), out.cols(), static_cast<float>(min), static_cast<float>(max));
  }
};

}  // namespace

Process clip() { return define<Clip>(); }

}  // namespace terroir::kernels
