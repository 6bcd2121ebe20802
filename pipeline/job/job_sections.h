#pragma once

#include "pipeline/job/azure_fields.h"
#include "pipeline/job/command_job.h"

namespace terroir {

/// What the readers of a job's parts share.
struct JobScope {
  std::string folder;  ///< where relative paths begin
  const JobFiles& files;
  const std::map<std::string, std::string>& bound;  ///< inputs that the command line gives
  Report& report;
  bool macros = false;  ///< ${{name}} may stand in values, as in the inputs of a pipeline
};

/// The parts of a job, each read from its key of `top`. Mistakes go to the report.

[[nodiscard]] std::vector<JobInput> read_job_inputs(const Section& top, const JobScope& scope);
[[nodiscard]] std::vector<JobOutput> read_job_outputs(const Section& top, const JobScope& scope);

/// One input or output: a literal, or a map of its place and kind; `where` is for messages.
[[nodiscard]] JobInput read_job_input(const Value::Entry& entry, const std::string& where, const JobScope& scope);
[[nodiscard]] JobOutput read_job_output(const Value::Entry& entry, const std::string& where, const JobScope& scope);

/// `environment`: a reference, a file or an inline map; returns what it is called.
[[nodiscard]] std::string read_environment(const Section& top, const JobScope& scope);

/// `code`: a local folder (then absolute or beside the file), or a place elsewhere.
[[nodiscard]] DataPlace read_code(const Section& top, const JobScope& scope);

[[nodiscard]] TextMap read_environment_variables(const Section& top);

/// Whether keys that Azure ML's schema does not know are refused, as in a job, or let through, as in a component.
enum class OtherKeys { refuse, allow };

/// `distribution`, `resources`, `limits`, `queue_settings`, `identity` and `services`, as far as they are given.
void read_distribution(const Section& top, OtherKeys others, CommandJob& job);
void read_resources(const Section& top, OtherKeys others, CommandJob& job);
void read_limits(const Section& top, CommandJob& job);
void read_services(const Section& top, CommandJob& job);
void read_identity(const Section& top, CommandJob& job);
void read_queue_settings(const Section& top, CommandJob& job);

/// Choices that more than one part knows.
[[nodiscard]] const std::vector<std::string>& data_kinds();
[[nodiscard]] const std::vector<std::string>& literal_types();

/// Complains of a name of an input or output that Azure ML does not take.
void check_port_name(const Value::Entry& entry, const std::string& where, Report& report);

/// Whether a map has more inputs or outputs than any job; complains then. What follows compares every name with every other.
[[nodiscard]] bool too_many_ports(const Section& section);

/// Looks a local path up; complains when there is none, or one of another kind. Returns the place with its path in `scope.folder`.
[[nodiscard]] DataPlace local_place(DataPlace place, DataKind kind, Position at, const std::string& where, const JobScope& scope);

}  // namespace terroir
