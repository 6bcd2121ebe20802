#pragma once

#include "pipeline/job/make_launch_plan.h"

#include <string>
#include <vector>

namespace terroir {

/// Checks the recipe that a job's command runs, as the command binds it: `terroir run RECIPE --input ... --output ...`. Findings stand in
/// the recipe, or in the job where it gives what the recipe cannot take. What is not on this machine is a note. Nothing for a command
/// that runs no recipe.
[[nodiscard]] std::vector<JobFinding> check_recipe_of(const CommandJob& job, const PlannedLaunch& planned, const std::string& here);

}  // namespace terroir
