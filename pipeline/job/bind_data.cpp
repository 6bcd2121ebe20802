#include "pipeline/job/bind_data.h"

#include <algorithm>
#include <sstream>

namespace terroir {
namespace {

using Place = DataPlace::Kind;

bool is_elsewhere(const std::string& path) { return path.rfind("/vsi", 0) == 0 || path.find("://") != std::string::npos; }

/// `path` below `root`, which may be an address.
std::string below(const std::string& root, const std::string& path, const std::string& here) {
  if (!is_elsewhere(root)) return path_in(path_in(here, root), path);
  return root + (root.back() == '/' ? "" : "/") + path;
}

/// Whether a path may lead out of the folder that it begins in; data stores know no "..".
bool may_leave(const std::string& path) {
  if (path.starts_with('/')) return true;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '/');)
    if (part == "..") return true;
  return false;
}

std::string replaced(std::string text, const std::string& name, const std::string& value) {
  const std::string word = "${{" + name + "}}";
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size())) text.replace(at, word.size(), value);
  return text;
}

/// Names that the service puts into paths when a job is submitted.
std::string with_names(const std::string& text, const RunNames& run, const std::string& output) {
  return replaced(replaced(replaced(text, "name", run.id), "output_name", output), "default_datastore", "workspaceblobstore");
}

std::string value_of(const std::map<std::string, std::string>& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// The storage account that the environment opens: AZURE_STORAGE_ACCOUNT's, or that of AZURE_STORAGE_CONNECTION_STRING.
std::string open_account(const std::map<std::string, std::string>& environment) {
  const std::string key = "AccountName=", connection = value_of(environment, "AZURE_STORAGE_CONNECTION_STRING");
  const auto at = connection.find(key);
  if (at == std::string::npos) return value_of(environment, "AZURE_STORAGE_ACCOUNT");
  const auto begin = at + key.size();
  return connection.substr(begin, connection.find(';', begin) - begin);
}

class DataBinder {
 public:
  DataBinder(const CommandJob& job, const LaunchOptions& options, const RunNames& run, const JobFiles& files, Report& report)
      : job_(job), options_(options), run_(run), files_(files), report_(report), account_(open_account(options.environment)) {}

  BoundData bind() {
    for (const auto& input : job_.inputs) bind_input(input);
    for (const auto& output : job_.outputs) bind_output(output);
    refuse_unknown(options_.inputs, job_.inputs, "input");
    refuse_unknown(options_.outputs, job_.outputs, "output");
    return std::move(bound_);
  }

 private:
  void bind_input(const JobInput& input) {
    const auto given = options_.inputs.find(input.name);
    if (given != options_.inputs.end())
      bound_.inputs[input.name] = input.literal ? given->second : given_path(input, given->second);
    else if (input.literal && input.value)
      bound_.inputs[input.name] = with_names(*input.value, run_, "");
    else if (!input.literal && (input.place.kind != Place::none || !input.optional))
      bind_place(input);
  }

  /// A path of the command line begins where the launcher stands.
  std::string given_path(const JobInput& input, const std::string& text) {
    if (is_elsewhere(text)) return text;
    const std::string path = path_in(options_.here, text);
    look_up(path, input, {}, "--input " + input.name);
    return path;
  }

  void look_up(const std::string& path, const JobInput& input, Position at, const std::string& where) {
    const PathKind found = files_.kind(path);
    if (found == PathKind::missing)
      report_.error(at, where, "there is no " + quoted_path(path), "check the path");
    else if (input.kind == DataKind::uri_file && found == PathKind::folder)
      report_.error(at, where, quoted_path(path) + " is a folder, and the job takes a file", "name a file");
    else if (input.kind == DataKind::uri_folder && found == PathKind::file)
      report_.error(at, where, quoted_path(path) + " is a file, and the job takes a folder", "name a folder");
  }

  void bind_place(const JobInput& input) {
    std::string& path = bound_.inputs[input.name];
    const auto store = options_.datastores.find(input.place.name);
    if (input.place.kind == Place::local) {
      path = path_in(options_.here, input.place.name);
    } else if (input.place.kind == Place::datastore && store != options_.datastores.end()) {
      path = below(store->second, input.place.path, options_.here);
      if (may_leave(input.place.path))
        refuse_leaving(input.path_at, "inputs." + input.name, input.place.path);
      else if (!is_elsewhere(path))
        look_up(path, input, input.path_at, "inputs." + input.name);
    } else if (input.place.kind == Place::blob && !account_.empty() && account_ == input.place.account) {
      path = "/vsiaz/" + input.place.name + (input.place.path.empty() ? "" : "/" + input.place.path);
      bound_.blobs = true;
    } else {
      path = shown(input.place);
      tell_of_cloud(input);
    }
  }

  void tell_of_cloud(const JobInput& input) {
    bound_.cloud.push_back(input.name);
    const bool step = input.place.text.rfind("${{", 0) == 0;
    const std::string problem = quoted_path(shown(input.place)) + (step ? " is made by another step" : " is not on this machine");
    std::string remedy = "give --input " + input.name + "=PATH";
    if (input.place.kind == Place::datastore) remedy += ", or --datastore " + input.place.name + "=FOLDER";
    if (input.place.kind == Place::blob) remedy += ", or set AZURE_STORAGE_ACCOUNT and its key for the account " + input.place.account;
    if (options_.check_only)
      note(input.path_at, "inputs." + input.name, problem + " and was not checked", remedy);
    else
      report_.error(input.path_at, "inputs." + input.name, problem, remedy);
  }

  void note(Position at, const std::string& where, const std::string& problem, const std::string& remedy) {
    bound_.notes.push_back({job_.file, {at, where, problem, remedy, false}, true});
  }

  void bind_output(const JobOutput& output) {
    const auto given = options_.outputs.find(output.name);
    const std::string where = given != options_.outputs.end() ? "--output " + output.name : "outputs." + output.name;
    const Position at = given != options_.outputs.end() ? Position{} : output.at;
    const std::string path = given != options_.outputs.end() ? path_in(options_.here, given->second) : output_path(output);
    if (is_elsewhere(given != options_.outputs.end() ? given->second : path))
      report_.error(at, where, quoted_path(path) + " is no folder of this machine", "give --output " + output.name + "=FOLDER");
    const auto [other, is_new] = taken_.emplace(path, output.name);
    if (!is_new)
      report_.error(at, where, "output '" + other->second + "' has the same path " + quoted_path(path), "give each its own folder");
    bound_.outputs[output.name] = path;
  }

  std::string output_path(const JobOutput& output) {
    const std::string own = path_in(run_.folder, "outputs/" + output.name);
    if (output.place.kind != Place::datastore) return own;
    const std::string name = with_names(output.place.name, run_, output.name);
    const auto store = options_.datastores.find(name);
    if (store != options_.datastores.end()) {
      const std::string path = with_names(output.place.path, run_, output.name);
      if (may_leave(path)) refuse_leaving(output.path_at, "outputs." + output.name, path);
      return below(store->second, path, options_.here);
    }
    note(output.path_at, "outputs." + output.name, "a launch writes it to " + own,
         "map the data store with --datastore " + name + "=FOLDER");
    return own;
  }

  void refuse_leaving(Position at, const std::string& where, const std::string& path) {
    report_.error(at, where, quoted_path(path) + " may lie outside its data store", "write it without '..', and without '/' in front");
  }

  template <typename Port>
  void refuse_unknown(const std::map<std::string, std::string>& given, const std::vector<Port>& ports, const std::string& kind) {
    std::vector<std::string> names;
    for (const auto& port : ports) names.push_back(port.name);
    for (const auto& [name, value] : given)
      if (std::find(names.begin(), names.end(), name) == names.end())
        report_.error({}, "--" + kind + " " + name, "the job has no such " + kind,
                      did_you_mean(name, names, names.empty() ? "remove it" : "use " + list_words(names)));
  }

  const CommandJob& job_;
  const LaunchOptions& options_;
  const RunNames& run_;
  const JobFiles& files_;
  Report& report_;
  std::string account_;
  BoundData bound_;
  std::map<std::string, std::string> taken_;
};

}  // namespace

BoundData bind_data(const CommandJob& job, const LaunchOptions& options, const RunNames& run, const JobFiles& files, Report& report) {
  return DataBinder(job, options, run, files, report).bind();
}

}  // namespace terroir
