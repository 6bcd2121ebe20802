#pragma once

#include "pipeline/job/command_job.h"
#include "pipeline/job/launch_plan.h"
#include "pipeline/job/shell_words.h"

namespace terroir {

/// How a job is to be launched, beside what its file says.
struct LaunchOptions {
  std::map<std::string, std::string> inputs, outputs;  ///< `--input NAME=PATH` (or a literal), `--output NAME=PATH`
  std::map<std::string, std::string> datastores;       ///< `--datastore NAME=FOLDER`
  int ranks = 0;                                       ///< 0: instance_count x process_count_per_instance
  std::string hostfile;
  int retries = 0;
  bool allow_shell = false;
  std::string experiment;  ///< empty: the job's, or the name of the launcher's folder
  std::string here;        ///< the launcher's working folder, absolute
  std::string folder;      ///< of the run; empty: `FILE-run` in `here`, after the job file's name without its ending
  std::string run_id;      ///< empty: the job's name, or that of the folder
  std::map<std::string, std::string> environment;  ///< the launcher's own: MLFLOW_* is passed on, AZURE_STORAGE_* opens blobs
  bool check_only = false;                         ///< data that are only in the cloud are notes, and the command may need a shell
};

/// The plan of a job, or every reason why it cannot be started here.
struct PlannedLaunch {
  std::optional<LaunchPlan> plan;
  std::vector<ShellWords> commands;           ///< what the job runs, also where there is no plan: one command, or those of a shell's line
  std::vector<std::string> cloud;             ///< inputs that are nowhere on this machine; with `check_only` no mistake
  std::map<std::string, std::string> inputs;  ///< what each input stands for
  std::vector<JobFinding> findings;
};

/// Binds names, resolves paths, substitutes the command and cuts it into words. Nothing is created or started.
[[nodiscard]] PlannedLaunch make_launch_plan(const CommandJob& job, const LaunchOptions& options, const JobFiles& files);

}  // namespace terroir
