#pragma once

#include "pipeline/job/data_place.h"
#include "pipeline/job/job_files.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

enum class DataKind { uri_folder, uri_file, mltable, custom_model, mlflow_model, triton_model };
enum class InputMode { ro_mount, download, direct, eval_mount, eval_download };
enum class OutputMode { rw_mount, upload, direct };

/// What `${{inputs.NAME}}` stands for: a literal, or data at a place.
struct JobInput {
  Position at;
  std::string name;
  bool literal = false;
  std::optional<std::string> value;  ///< of a literal, as Python's str() prints it; nothing: optional, and not given
  DataKind kind = DataKind::uri_folder;
  InputMode mode = InputMode::ro_mount;
  Position path_at;
  DataPlace place;        ///< of data; a local path is absolute, or relative to the launcher's folder as the job file is
  bool optional = false;  ///< may stand in $[[ ]]; of a component
};

/// What `${{outputs.NAME}}` stands for.
struct JobOutput {
  Position at;
  std::string name;
  DataKind kind = DataKind::uri_folder;
  OutputMode mode = OutputMode::rw_mount;
  Position path_at;
  DataPlace place;             ///< a data store, or none: Azure ML's default place
  std::string asset, version;  ///< the data asset that Azure ML makes of it
};

/// A port of a name, or nullptr.
template <typename Port>
[[nodiscard]] const Port* find_port(const std::vector<Port>& ports, const std::string& name) noexcept {
  for (const Port& port : ports)
    if (port.name == name) return &port;
  return nullptr;
}

/// Names of ports, in their order.
template <typename Port>
[[nodiscard]] std::vector<std::string> names_of(const std::vector<Port>& ports) {
  std::vector<std::string> names;
  for (const Port& port : ports) names.push_back(port.name);
  return names;
}

/// More processes on a node, or more nodes, are a mistake.
inline constexpr std::int64_t most_ranks = 100'000;

struct JobResources {
  int instance_count = 1;
  std::string instance_type, shm_size;
};

using TextMap = std::vector<std::pair<std::string, std::string>>;

/// A command job of Azure ML's CLI v2 that is right as far as its text and this machine tell; or a step of a pipeline made into one.
struct CommandJob {
  std::string file;    ///< for messages
  std::string folder;  ///< of the file, as the launcher sees it
  std::string step;    ///< of a pipeline; empty: the file is the job
  std::string name, display_name, experiment_name, description, compute;
  std::string environment;  ///< its reference or image; empty: built from a folder
  Position command_at;
  std::string command;       ///< with its placeholders
  std::string command_file;  ///< where the command stands: `file`, or a component's
  Position code_at;
  DataPlace code;  ///< none: the job has no code
  std::vector<JobInput> inputs;
  std::vector<JobOutput> outputs;
  TextMap environment_variables, tags, properties;
  bool mpi = false;   ///< `distribution: {type: mpi}`
  int processes = 1;  ///< on each instance
  JobResources resources;
  std::optional<std::int64_t> timeout_seconds;
  std::string identity, job_tier, priority;
  std::vector<std::string> services;

  [[nodiscard]] const JobInput* input(const std::string& name) const noexcept;
  [[nodiscard]] const JobOutput* output(const std::string& name) const noexcept;
};

/// What to make of a job file.
struct JobRequest {
  std::string file;                                       ///< for messages, and where relative paths begin
  std::string step;                                       ///< of a pipeline
  std::vector<std::pair<std::string, std::string>> sets;  ///< `--set resources.instance_count=2`, in order
  std::map<std::string, std::string> inputs;              ///< `--input NAME=PATH`: these need not exist where the file says
};

/// The job of a document, or every mistake in it at once; warnings come with either.
struct ParsedJob {
  std::optional<CommandJob> job;
  std::vector<JobFinding> findings;
};

/// Whether a document is meant as a job (of any type) or a component, not as a recipe: by its keys.
[[nodiscard]] bool is_job(const Value& document) noexcept;

/// Checks a whole document as Azure ML's client and service would, and for what a launch needs beyond that.
[[nodiscard]] ParsedJob parse_job(const Value& document, const JobRequest& request, const JobFiles& files);

}  // namespace terroir
