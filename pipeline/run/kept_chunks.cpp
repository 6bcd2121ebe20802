#include "pipeline/run/kept_chunks.h"

#include <algorithm>

namespace terroir {

void KeptSource::read(LayerId layer, Index first, const Window& window, Block<float> out) {
  const auto place = std::find(pass_.kept.begin(), pass_.kept.end(), layer);
  if (place == pass_.kept.end()) return reader_.read(layer, first, window, out);
  const float* plane = reinterpret_cast<const float*>(pixels_->data()) + (place - pass_.kept.begin()) * chunk_.shape().area();
  for (Index r = 0; r < window.rows; ++r)
    std::copy_n(plane + (window.row - chunk_.row + r) * chunk_.cols + (window.col - chunk_.col), window.cols, out.row(0, r));
}

}  // namespace terroir
