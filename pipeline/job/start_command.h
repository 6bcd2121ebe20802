#pragma once

#include "pipeline/job/launch_plan.h"

#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// A variable that tells ranks that they are on one machine on purpose, whatever AZUREML_NODE_COUNT says.
inline constexpr const char* one_machine = "TERROIR_ONE_MACHINE";

/// Names and values of environment variables.
using Variables = std::vector<std::pair<std::string, std::string>>;

/// Where mpirun writes what the ranks print, below the plan's folder, until it has been passed on. Relative, because mpirun understands
/// no ':' in it.
inline constexpr const char* rank_output_folder = "user_logs/.ranks";

/// What is started for a plan: one process, mpirun or the command itself.
struct StartCommand {
  std::vector<std::string> words;
  Variables environment;  ///< all of it
};

/// The process to start for a plan, when `own` is the launcher's environment. Values of variables never stand in its words, which any
/// user of the machine can list. What the user has set for Open MPI is kept.
[[nodiscard]] StartCommand start_command(const LaunchPlan& plan, const Variables& own);

}  // namespace terroir
