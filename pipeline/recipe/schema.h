#pragma once

#include <string>

namespace terroir {

/// JSON Schema (draft 2020-12) of a recipe, for editors: every key and every process' parameters with type, choices, range,
/// description and default, from the catalogue.
[[nodiscard]] std::string recipe_schema();

}  // namespace terroir
