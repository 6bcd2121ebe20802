#pragma once

#include "kernels/kernel.h"

#include <nlohmann/json.hpp>

namespace terroir {

using Json = nlohmann::ordered_json;

/// The default of a parameter as JSON of its kind; null when there is none that JSON can hold.
[[nodiscard]] Json default_json(const Parameter&);

}  // namespace terroir
