#pragma once

#include "pipeline/recipe/catalogue_json.h"

#include <string>

namespace terroir {

/// A scalar, or text in which a literal stands for it.
[[nodiscard]] Json or_literal(Json schema);
[[nodiscard]] Json one_or_list(const Json& schema);
/// A map from names to things of one kind.
[[nodiscard]] Json named_maps(const Json& schema, const std::string& description);

[[nodiscard]] Json grid_schema();
[[nodiscard]] Json input_schema();
[[nodiscard]] Json output_schema();
/// What the other parts refer to: names, references, literals, parameters.
[[nodiscard]] Json shared_definitions();

}  // namespace terroir
