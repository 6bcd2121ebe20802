#include "kernels/clones.h"
#include "kernels/define.h"
#include "kernels/layer_info.h"

#include <limits>

namespace terroir::kernels {
namespace {

TERROIR_INLINE void saturate_row_body(const float* in, float* out, Index n, float half) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const float share = in[i] / (in[i] + half);
    out[i] = in[i] < 0 ? std::numeric_limits<float>::quiet_NaN() : share;
  }
}
TERROIR_CLONES(saturate_row, (const float* in, float* out, Index n, float half), (in, out, n, half))

struct Saturate {
  double half = 1;

  static void describe(Describe<Saturate>& d) {
    d.summary("Squeezes amounts into 0 to 1: 0.5 at `half`, and slower and slower beyond it")
        .formula("data / (data + half); nodata where data is negative")
        .cite("Michaelis and Menten (1913), Biochemische Zeitschrift 49:333-369")
        .scope(Scope::local)
        .input("data", "any", "layers of amounts")
        .output("", "1", "share of saturation, from 0 to 1");
    d.param("half", &Saturate::half, "the amount that becomes 0.5").in_unit("as data").above(0);
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    return {another_quantity(in[0], "1", "saturation of " + in[0].long_name)};
  }

  void run(const Args& args) const noexcept {
    const auto& in = args.in[0];
    const auto& out = args.out[0];
    for (Index t = 0; t < out.times(); ++t)
      for (Index r = 0; r < out.rows(); ++r) saturate_row(in.row(t, r), out.row(t, r), out.cols(), static_cast<float>(half));
  }
};

}  // namespace

Process saturate() { return define<Saturate>(); }

}  // namespace terroir::kernels
