#pragma once

#include "kernels/value.h"

#include <nlohmann/json.hpp>

namespace terroir {

/// A document as JSON, keys in their order. Unquoted numbers and booleans become those; everything else stays text.
[[nodiscard]] nlohmann::ordered_json to_json(const Value&);

}  // namespace terroir
