#include "pipeline/commands/job_options.h"

#include "pipeline/commands/command_line.h"
#include "pipeline/commands/launcher.h"

#include <filesystem>

namespace terroir {
namespace {

namespace po = boost::program_options;

using Texts = std::vector<std::string>;

po::options_description visible(const std::string& command) {
  po::options_description options("Options");
  auto add = options.add_options();
  const auto texts = [](const char* form) { return po::value<Texts>()->value_name(form)->composing(); };
  const bool check = command == "check";
  add("input", texts("NAME=VALUE"), "what ${{inputs.NAME}} stands for: a path, or a literal");
  add("output", texts("NAME=PATH"), "what ${{outputs.NAME}} stands for");
  add("datastore", texts("NAME=FOLDER"),
      check ? "of a job: the folder that stands for azureml://datastores/NAME" : "the folder that stands for azureml://datastores/NAME");
  add("set", texts("KEY=VALUE"),
      check ? "of a job: another value, as resources.instance_count=2" : "another value of the file, as resources.instance_count=2");
  add("step", po::value<std::string>()->value_name("NAME"), "of a pipeline: the step");
  if (check) add_resources(options);
  if (!check) {
    add("ranks", po::value<int>()->value_name("N"), "start N ranks; default: instance_count x process_count_per_instance");
    add("hostfile", po::value<std::string>()->value_name("FILE"), "the hosts, as mpirun reads them; default: this machine");
    add("retries", po::value<int>()->value_name("N"), "start again up to N times after a crash or an interruption; default: 0");
    add("allow-shell", "let /bin/bash run a command that does not begin with terroir, or needs a shell");
    add("experiment", po::value<std::string>()->value_name("NAME"), "the experiment's name; default: the job's");
  }
  add("help,h", "print this");
  return options;
}

/// A folder that nothing names, as of an unset variable, would be the current one.
std::optional<std::string> find_empty(const std::map<std::string, std::string>& folders, const std::string& option) {
  for (const auto& [name, folder] : folders)
    if (folder.empty()) return "--" + option + " " + name + "= names no folder; give " + name + "=FOLDER";
  return std::nullopt;
}

std::optional<std::string> take_sets(const po::variables_map& given, JobArguments& options) {
  if (given.count("set") == 0) return std::nullopt;
  for (const auto& text : given["set"].as<Texts>()) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) return "--set " + text + " has no key; give KEY=VALUE";
    options.sets.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return std::nullopt;
}

std::optional<std::string> take_numbers(const po::variables_map& given, LaunchOptions& launch) {
  if (given.count("ranks") > 0) {
    launch.ranks = given["ranks"].as<int>();
    if (launch.ranks < 1 || launch.ranks > 100'000) return "--ranks must be between 1 and 100000";
  }
  if (given.count("retries") > 0) {
    launch.retries = given["retries"].as<int>();
    if (launch.retries < 0 || launch.retries > 1000) return "--retries must be between 0 and 1000";
  }
  return std::nullopt;
}

/// Reads what boost has parsed; a text says what is wrong.
std::optional<std::string> take(const po::variables_map& given, JobArguments& options) {
  LaunchOptions& launch = options.launch;
  if (auto problem = take_names(given, "input", launch.inputs)) return problem;
  if (auto problem = take_names(given, "output", launch.outputs)) return problem;
  if (auto problem = take_names(given, "datastore", launch.datastores)) return problem;
  if (auto problem = find_empty(launch.outputs, "output")) return problem;
  if (auto problem = find_empty(launch.datastores, "datastore")) return problem;
  if (auto problem = take_sets(given, options)) return problem;
  if (auto problem = take_numbers(given, launch)) return problem;
  if (auto problem = take_resources(given, options.memory, options.threads)) return problem;
  const auto text = [&](const char* name) { return given.count(name) > 0 ? given[name].as<std::string>() : std::string(); };
  options.step = text("step");
  launch.hostfile = text("hostfile");
  launch.experiment = text("experiment");
  launch.allow_shell = given.count("allow-shell") > 0;
  for (const char* name : {"datastore", "set", "step"})
    if (given.count(name) > 0) options.job_only = std::string("--") + name;
  for (const char* name : {"memory", "threads"})
    if (given.count(name) > 0) options.recipe_only = std::string("--") + name;
  return std::nullopt;
}

}  // namespace

std::optional<JobArguments> parse_job_options(const std::string& command, const std::string& summary,
                                              std::span<const std::string> arguments, std::ostream& out, std::ostream& errors,
                                              int& exit_code) {
  const bool check = command == "check";
  const CommandLine line{command, summary, check ? "RECIPE|JOB" : "JOB", check ? "a recipe or a job" : "a job", visible(command), {}};
  JobArguments options;
  const auto file = read_command_line(
      line, arguments, [&](const po::variables_map& given) { return take(given, options); }, out, errors, exit_code);
  if (!file) return std::nullopt;
  options.file = *file;
  options.launch.here = std::filesystem::current_path().string();
  const Variables environment = own_environment();
  options.launch.environment = {environment.begin(), environment.end()};
  return options;
}

}  // namespace terroir
