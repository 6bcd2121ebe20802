#pragma once

#include "kernels/kernel.h"

#include <utility>

namespace terroir {

/// Of a process that changes values but not what they mean (clip, mask, resample): the input's facts under no suffix.
inline LayerInfo same_meaning(LayerInfo in) {
  in.name.clear();
  return in;
}

/// Of a process that makes another quantity of the input: its CF names no longer hold, its time cells still do.
inline LayerInfo another_quantity(const LayerInfo& in, std::string unit, std::string long_name) {
  LayerInfo out;
  out.unit = std::move(unit);
  out.long_name = std::move(long_name);
  out.cell_methods = in.cell_methods;
  return out;
}

}  // namespace terroir
