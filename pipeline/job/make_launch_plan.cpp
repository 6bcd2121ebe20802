#include "pipeline/job/make_launch_plan.h"

#include "pipeline/job/bind_data.h"
#include "pipeline/job/command_text.h"

#include <algorithm>
#include <array>
#include <set>

namespace terroir {
namespace {

/// Folders that a run makes itself: nothing of the code stands in their place.
constexpr std::array own_folders = {"outputs", "logs", "user_logs"};

RunNames name_run(const CommandJob& job, const LaunchOptions& options) {
  RunNames run;
  const std::string stem = file_stem(job.file) + (job.step.empty() ? "" : "-" + job.step);
  run.folder = options.folder.empty() ? path_in(options.here, stem + "-run") : path_in(options.here, options.folder);
  run.id = !options.run_id.empty() ? options.run_id : !job.name.empty() ? job.name : file_name(run.folder);
  run.experiment = !options.experiment.empty()    ? options.experiment
                   : !job.experiment_name.empty() ? job.experiment_name
                                                  : file_name(options.here);
  return run;
}

/// The command with its names replaced: paths as values, literals as text, which a shell would read as it does in Azure ML.
std::vector<ShellPart> substitute(const CommandJob& job, const BoundData& data) {
  const CommandText text = split_command(job.command);
  std::set<int> dropped;
  for (const auto& piece : text.pieces)
    if (piece.group > 0 && piece.kind == CommandPiece::Kind::input && data.inputs.count(piece.text) == 0) dropped.insert(piece.group);
  std::vector<ShellPart> parts;
  for (const auto& piece : text.pieces) {
    if (dropped.count(piece.group) > 0) continue;
    if (piece.kind == CommandPiece::Kind::text) {
      parts.push_back({piece.text, false});
      continue;
    }
    const bool output = piece.kind == CommandPiece::Kind::output;
    const auto& names = output ? data.outputs : data.inputs;
    const auto found = names.find(piece.text);
    const JobInput* input = output ? nullptr : job.input(piece.text);
    if (found != names.end()) parts.push_back({found->second, input == nullptr || !input->literal});
  }
  // The end of a folded or literal block of YAML is no second line of the command.
  while (!parts.empty() && !parts.back().value) {
    std::string& last = parts.back().text;
    last.erase(last.find_last_not_of(" \t\n\r") + 1);
    if (!last.empty()) break;
    parts.pop_back();
  }
  return parts;
}

bool begins_with_terroir(const ShellWords& line) { return !line.words.empty() && file_name(line.words[0]) == "terroir"; }

/// Words of the command, or of a shell that reads it.
std::vector<std::string> make_words(const CommandJob& job, const LaunchOptions& options, const std::vector<ShellPart>& parts,
                                    PlannedLaunch& planned) {
  ShellWords line = split_words(parts);
  if (line.unclosed) {
    planned.findings.push_back({job.command_file, {job.command_at, "command", "a quote is not closed", "close it", false}, false});
    return {};
  }
  planned.commands = line.shell.empty() ? std::vector{line} : split_commands(parts);
  if (line.shell.empty() && begins_with_terroir(line)) return line.words;
  const std::string problem =
      line.shell.empty() ? "the command does not begin with terroir" : "the command needs a shell (for " + line.shell + ")";
  Diagnostic finding{job.command_at, "command", problem, "allow it with --allow-shell", false};
  if (options.check_only) finding.problem += ", which terroir launch starts only when it is allowed to";
  if (!options.allow_shell) planned.findings.push_back({job.command_file, finding, options.check_only});
  return {"/bin/bash", "-c", shell_text(parts)};
}

void add_variables(const LaunchOptions& options, const std::string& prefix, LaunchPlan& plan) {
  for (const auto& [name, value] : options.environment)
    if (name.rfind(prefix, 0) == 0) plan.environment.emplace_back(name, value);
}

/// The environment that a process of the job sees in Azure ML, as far as it means something here.
void make_environment(const CommandJob& job, const LaunchOptions& options, const RunNames& run, const BoundData& data, LaunchPlan& plan) {
  plan.environment = job.environment_variables;
  const auto add = [&](const std::string& name, const std::string& value) { plan.environment.emplace_back(name, value); };
  add("AZUREML_RUN_ID", run.id);
  add("AZUREML_ROOT_RUN_ID", run.id);
  add("AZUREML_EXPERIMENT_NAME", run.experiment);
  add("AZUREML_ARM_PROJECT_NAME", run.experiment);
  add("AZUREML_NODE_COUNT", std::to_string(job.resources.instance_count));
  for (const auto& input : job.inputs)
    if (!input.literal && data.inputs.count(input.name) > 0) add("AZURE_ML_INPUT_" + input.name, data.inputs.at(input.name));
  for (const auto& [name, path] : data.outputs) add("AZURE_ML_OUTPUT_" + name, path);
  add_variables(options, "MLFLOW_", plan);
  const auto& own = options.environment;
  if (own.count("MLFLOW_TRACKING_URI") > 0 && own.count("MLFLOW_EXPERIMENT_NAME") == 0 && own.count("MLFLOW_EXPERIMENT_ID") == 0)
    add("MLFLOW_EXPERIMENT_NAME", run.experiment);
  if (data.blobs) add_variables(options, "AZURE_STORAGE_", plan);
}

void make_folders(const CommandJob& job, const BoundData& data, LaunchPlan& plan) {
  plan.folders.push_back({plan.folder, ""});
  for (const char* name : own_folders) plan.folders.push_back({path_in(plan.folder, name), ""});
  for (const auto& output : job.outputs) {
    const std::string& path = data.outputs.at(output.name);
    const std::string place = job.file + ":" + std::to_string(output.at.line) + ":" + std::to_string(output.at.column);
    plan.folders.push_back({output.kind == DataKind::uri_file ? path_in(path, "..") : path, place + ": outputs." + output.name});
  }
}

/// What Azure ML copies into the working folder is linked here, so that a change is there in the next run.
void link_code(const CommandJob& job, const LaunchOptions& options, const JobFiles& files, PlannedLaunch& planned, LaunchPlan& plan) {
  if (job.code.kind == DataPlace::Kind::none) return;
  if (job.code.kind != DataPlace::Kind::local) {
    planned.findings.push_back(
        {job.command_file,
         {job.code_at, "code",
          quoted_path(shown(job.code)) + " is not on this machine" + (options.check_only ? " and was not checked" : ""), "name a folder",
          false},
         options.check_only});
    return;
  }
  const std::string code = path_in(options.here, job.code.name);
  if (files.kind(code) == PathKind::file) {
    plan.links.emplace_back(file_name(code), code);
    return;
  }
  for (const auto& name : files.names(code)) {
    const std::string target = path_in(code, name);
    const bool own = std::find(own_folders.begin(), own_folders.end(), name) != own_folders.end();
    // The run's folder may stand in that of the code.
    if (!own && target != plan.folder && plan.folder.rfind(target + "/", 0) != 0) plan.links.emplace_back(name, target);
  }
}

void count_ranks(const CommandJob& job, const LaunchOptions& options, Report& report, LaunchPlan& plan) {
  plan.mpi = job.mpi;
  const std::int64_t ranks = job.mpi ? std::int64_t{job.resources.instance_count} * job.processes : 1;
  if (options.ranks == 0 && ranks > most_ranks)
    report.error({}, "distribution", std::to_string(ranks) + " ranks are more than a launch starts", "start fewer with --ranks N");
  if (options.ranks > 1 && !job.mpi)
    report.error({}, "--ranks", "the job has no distribution and runs as one process", "give distribution: {type: mpi}");
  plan.ranks = options.ranks > 0 ? options.ranks : static_cast<int>(std::min(ranks, most_ranks));
}

void find_hosts(const LaunchOptions& options, const JobFiles& files, Report& report, LaunchPlan& plan) {
  if (options.hostfile.empty()) return;
  plan.hostfile = path_in(options.here, options.hostfile);
  if (files.kind(plan.hostfile) != PathKind::file)
    report.error({}, "--hostfile", "there is no file " + quoted_path(plan.hostfile), "check the path");
}

}  // namespace

PlannedLaunch make_launch_plan(const CommandJob& job, const LaunchOptions& options, const JobFiles& files) {
  PlannedLaunch planned;
  Report report;
  LaunchPlan plan;
  const RunNames run = name_run(job, options);
  plan.folder = run.folder;
  BoundData data = bind_data(job, options, run, files, report);
  count_ranks(job, options, report, plan);
  find_hosts(options, files, report, plan);
  link_code(job, options, files, planned, plan);
  plan.words = make_words(job, options, substitute(job, data), planned);
  make_environment(job, options, run, data, plan);
  make_folders(job, data, plan);
  if (job.timeout_seconds) plan.timeout_seconds = static_cast<double>(*job.timeout_seconds);
  plan.retries = options.retries;
  for (auto& diagnostic : report.sorted()) planned.findings.push_back({job.file, std::move(diagnostic), false});
  planned.findings.insert(planned.findings.end(), data.notes.begin(), data.notes.end());
  planned.cloud = std::move(data.cloud);
  planned.inputs = std::move(data.inputs);
  if (!has_mistakes(planned.findings)) planned.plan = std::move(plan);
  return planned;
}

}  // namespace terroir
