#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// What `terroir launch` starts: one command, run by every rank, and where it runs. A value, made by checking a job file, so that it can
/// A folder that must be there, and that must take objects.
struct LaunchFolder {
  std::string path;
  std::string place;  ///< in the job's file, as "job.yml:7:3: outputs.features"; empty: the launch's own
};

/// be printed and compared.
struct LaunchPlan {
  std::vector<std::string> words;                                ///< the command that every rank executes, word by word; no shell
  std::vector<std::pair<std::string, std::string>> environment;  ///< set for every rank beside what the launcher itself has
  std::string folder;                                            ///< working folder of the ranks; holds `user_logs`, `outputs` and `logs`
  std::vector<LaunchFolder> folders;                             ///< to be created before the start, outputs among them
  std::vector<std::pair<std::string, std::string>> links;        ///< symbolic links to make in `folder`: name, target; the job's code
  int ranks = 1;
  bool mpi = true;                        ///< through mpirun; without it the command is one process
  std::string hostfile;                   ///< of mpirun; empty: this machine
  std::optional<double> timeout_seconds;  ///< then SIGUSR1, and the end after `grace_seconds`
  int retries = 0;                        ///< starts again after a crash or exit 75, never after a signal or a timeout of our own
  double grace_seconds = 15;              ///< between SIGUSR1 and the end by force
};

}  // namespace terroir
