#pragma once

#include <algorithm>

namespace terroir {

/// Seconds after which ranks worry about each other.
struct Liveness {
  double beat = 2;        ///< between signs of life of rank 0
  double silence = 10;    ///< after which a rank that was heard of counts as lost
  double pause = 2;       ///< between two looks: who has stood still itself, as on a frozen machine, cannot blame the others
  double greeting = 300;  ///< for the first sign: inputs may be slow to open
  double farewell = 20;   ///< for the last one, once all are told to end
  double sign = 0.4;      ///< between signs of life of the others: see `sign_seconds`
};

/// Rank 0 wants to know within a second who is gone, and cannot listen to more than some thousand signs in that time.
[[nodiscard]] constexpr double sign_seconds(int ranks) noexcept { return std::clamp(ranks / 2000.0, 0.4, 2.0); }

}  // namespace terroir
