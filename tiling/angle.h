#pragma once

#include <numbers>

namespace terroir {

inline constexpr double radians_per_degree = std::numbers::pi / 180;

}  // namespace terroir
