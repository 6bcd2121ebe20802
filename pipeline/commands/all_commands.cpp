#include "pipeline/commands/all_commands.h"

#include "pipeline/commands/check.h"
#include "pipeline/commands/doctor.h"
#include "pipeline/commands/inspect.h"
#include "pipeline/commands/launch.h"
#include "pipeline/commands/processes.h"
#include "pipeline/commands/run.h"

#include <algorithm>
#include <array>

namespace terroir {

std::span<const Command> all_commands() noexcept {
  static constexpr std::array commands = {
      Command{"check", "find every mistake of a recipe, or of a job and its recipe", run_check, true},
      Command{"plan", "say what a run would read, compute, write and take", run_plan, true},
      Command{"run", "compute a recipe's outputs, alone or under mpirun", run_run, true},
      Command{"launch", "run an Azure ML job on this machine or a cluster", run_launch},
      Command{"processes", "list the processes, or explain one", run_processes, true},
      Command{"inspect", "show what a store holds", run_inspect, true},
      Command{"doctor", "check a machine, its MPI and its storage, and say what to change", run_doctor},
  };
  return commands;
}

const Command* find_command(const std::string& name) noexcept {
  const auto all = all_commands();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Command& command) { return name == command.name; });
  return found == all.end() ? nullptr : &*found;
}

Complaint unknown_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : all_commands()) names.emplace_back(command.name);
  const auto near = nearest_word(name, names);
  return {"unknown command '" + name + "'", near ? "did you mean '" + *near + "'?" : "use " + list_words(names)};
}

}  // namespace terroir
