#include "kernels/clones.h"
#include "kernels/define.h"

#include <limits>

namespace terroir::kernels {
namespace {

TERROIR_INLINE void normalized_body(const float* x, const float* y, float* out, Index n) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const float sum = x[i] + y[i];
    out[i] = sum == 0 ? std::numeric_limits<float>::quiet_NaN() : (x[i] - y[i]) / sum;
  }
}
TERROIR_CLONES(normalized, (const float* x, const float* y, float* out, Index n), (x, y, out, n))

struct NormalizedDifference {
  std::string x, y;

  static void describe(Describe<NormalizedDifference>& d) {
    d.summary("Normalised difference of two layers, such as NDVI of the near infrared and red bands")
        .formula("(x - y) / (x + y); nodata where x + y is 0")
        .cite("openEO processes, normalized_difference")
        .scope(Scope::local)
        .take(Take::bands)
        .input("data", "any", "the layers that x and y name")
        .output("", "1", "one layer, from -1 to 1 for layers that are not negative");
    d.param("x", &NormalizedDifference::x, "name of the first layer").must_be_given().such_as("N");
    d.param("y", &NormalizedDifference::y, "name of the second layer").must_be_given().such_as("R");
  }

  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> check() const {
    if (x != y) return {};
    return {{"y", {"x and y both name '" + x + "'", "name two different layers"}}};
  }

  [[nodiscard]] std::vector<std::string> bands() const { return {x, y}; }
  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo>) const {
    LayerInfo info;
    info.unit = "1";
    info.long_name = "normalised difference of " + x + " and " + y;
    return {info};
  }

  void run(const Args& args) const noexcept {
    const auto& out = args.out[0];
    for (Index t = 0; t < out.times(); ++t)
      for (Index r = 0; r < out.rows(); ++r) normalized(args.in[0].row(t, r), args.in[1].row(t, r), out.row(t, r), out.cols());
  }
};

}  // namespace

Process normalized_difference() { return define<NormalizedDifference>(); }

}  // namespace terroir::kernels
