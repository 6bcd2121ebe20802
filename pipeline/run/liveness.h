#pragma once

namespace terroir {

/// Seconds after which ranks worry about each other.
struct Liveness {
  double beat = 2;        ///< between signs of life
  double silence = 10;    ///< after which a rank that was heard of counts as lost
  double greeting = 300;  ///< for the first sign: inputs may be slow to open
  double farewell = 20;   ///< for the last one, once all are told to end
};

}  // namespace terroir
