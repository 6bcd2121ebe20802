#pragma once

#include "pipeline/recipe/binder.h"
#include "pipeline/recipe/recipe.h"
#include "pipeline/recipe/report.h"

#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// The parts of a recipe, each read from its map in the document (null where the document has none). Mistakes go to the report.

[[nodiscard]] GridSpec read_grid(const Value* grid, Report& report);
[[nodiscard]] std::vector<InputSpec> read_inputs(const Value* inputs, Binder& binder, Report& report);
[[nodiscard]] std::vector<StepSpec> read_steps(const Value* steps, Report& report);
[[nodiscard]] std::vector<OutputSpec> read_outputs(const Value* outputs, Binder& binder, Report& report);

/// `name` or `name.layer`; complains of anything else.
[[nodiscard]] std::optional<Reference> read_reference(const Value& value, const std::string& where, Report& report);

/// One reference or a list of them.
[[nodiscard]] std::vector<Reference> read_references(const Value& value, const std::string& where, Report& report);

/// Connects the parts: unknown, doubled and unused names, circles, layers of outputs that name none, the order of the steps.
void connect(Recipe& recipe, Report& report);

/// Choices that more than one part knows.
[[nodiscard]] const std::vector<std::string>& resampling_methods();

}  // namespace terroir
