#pragma once

#include <string>

namespace terroir {

/// What a command printed, and its exit code.
struct Said {
  int code = 0;
  std::string out, errors;
};

}  // namespace terroir
