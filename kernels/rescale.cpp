#include "kernels/rescale.h"

#include "kernels/clones.h"

namespace terroir {
namespace {

TERROIR_INLINE void rescale_row_body(const float* in, float* out, Index n, double shift, double factor, double offset) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) out[i] = static_cast<float>((static_cast<double>(in[i]) - shift) * factor + offset);
}
TERROIR_CLONES(rescale_row, (const float* in, float* out, Index n, double shift, double factor, double offset),
               (in, out, n, shift, factor, offset))

}  // namespace

void rescale(const Block<const float>& in, const Block<float>& out, double shift, double factor, double offset) noexcept {
  for (Index t = 0; t < out.times(); ++t)
    for (Index r = 0; r < out.rows(); ++r) rescale_row(in.row(t, r), out.row(t, r), out.cols(), shift, factor, offset);
}

}  // namespace terroir
