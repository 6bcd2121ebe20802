#pragma once

#include "pipeline/job/launch_plan.h"
#include "pipeline/job/start_command.h"

#include <string>
#include <vector>

namespace terroir {

/// What keeps a plan from being started on this machine, one sentence each; empty when nothing does. Changes nothing.
[[nodiscard]] std::vector<std::string> obstacles(const LaunchPlan& plan, const StartCommand& start);

/// Makes the plan's folders and links. Returns what cannot be made.
[[nodiscard]] std::vector<std::string> make_folders(const LaunchPlan& plan);

}  // namespace terroir
