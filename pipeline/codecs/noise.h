#pragma once

#include "pipeline/codecs/repeats.h"

#include <cstddef>
#include <span>

namespace terroir {

/// Whether a plane of bytes is noise, as the low bytes of floats mostly are: its values are nearly equally frequent, and next to none
/// begins a run of repeats. A code for its values would mostly save less than 6 %, and a search for matches nothing; both take most of a
/// coder's time. False for planes without a shape and for small ones.
[[nodiscard]] bool is_noise(std::span<const std::byte> plane, const PlaneShape& shape) noexcept;

}  // namespace terroir
