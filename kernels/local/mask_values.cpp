#include "kernels/clones.h"
#include "kernels/define.h"
#include "kernels/layer_info.h"

#include <algorithm>
#include <limits>

namespace terroir::kernels {
namespace {

constexpr Index segment = 256;

/// Pixels [0, n), n <= segment. `keep` 0: NaN where the mask has one of `values`; -1: NaN where it has another one.
TERROIR_INLINE void mask_segment_body(const float* data, const float* mask, float* out, Index n, std::span<const float> values,
                                      std::int32_t keep) {
  std::int32_t listed[segment];
  for (Index i = 0; i < n; ++i) listed[i] = 0;
  for (const float value : values)
    for (Index i = 0; i < n; ++i) listed[i] |= mask[i] == value ? -1 : 0;
  for (Index i = 0; i < n; ++i) {
    const std::int32_t drop = (listed[i] ^ keep) | (mask[i] == mask[i] ? 0 : -1);
    out[i] = drop != 0 ? std::numeric_limits<float>::quiet_NaN() : data[i];
  }
}
TERROIR_CLONES(mask_segment, (const float* data, const float* mask, float* out, Index n, std::span<const float> values, std::int32_t keep),
               (data, mask, out, n, values, keep))

struct MaskValues {
  std::vector<double> values;
  bool invert = false;
  std::vector<float> listed;

  static void describe(Describe<MaskValues>& d) {
    d.summary("Makes pixels nodata where a mask has one of the listed values (a scene classification, a land-cover class)")
        .formula("nodata where mask is in values or mask is nodata, else data")
        .scope(Scope::local)
        .input("data", "any", "layers to mask")
        .input("mask", "any", "one layer whose values decide; where it is nodata the data become nodata")
        .output("", "as data", "the masked layer");
    d.param("values", &MaskValues::values, "values of the mask that make a pixel nodata").must_be_given().such_as("[0, 1, 3, 8, 9, 10]");
    d.param("invert", &MaskValues::invert, "keep the pixels of the listed values instead and make all others nodata");
  }

  void prepare() {
    for (const double v : values) listed.push_back(static_cast<float>(v));
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const { return {same_meaning(in[0])}; }

  void run(const Args& args) const noexcept {
    const auto& out = args.out[0];
    for (Index t = 0; t < out.times(); ++t)
      for (Index r = 0; r < out.rows(); ++r)
        for (Index c = 0; c < out.cols(); c += segment)
          mask_segment(args.in[0].row(t, r) + c, args.in[1].row(t, r) + c, out.row(t, r) + c, std::min(segment, out.cols() - c), listed,
                       invert ? -1 : 0);
  }
};

}  // namespace

Process mask_values() { return define<MaskValues>(); }

}  // namespace terroir::kernels
