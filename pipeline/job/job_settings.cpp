#include "pipeline/job/job_sections.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace terroir {
namespace {

constexpr std::int64_t most_seconds = 10LL * 365 * 86400;

using Keys = std::vector<std::string>;

Keys keys_for(OtherKeys others, Keys keys) { return others == OtherKeys::allow ? Keys{} : keys; }

Section part(const Section& top, const std::string& key, Keys keys) {
  return {top.get(key), top.at(key), top.where(key), std::move(keys), top.report()};
}

const Keys& distribution_types() {
  static const Keys types = {"mpi", "pytorch", "tensorflow", "ray"};
  return types;
}

Keys distribution_keys(const std::string& type) {
  if (type == "tensorflow") return {"type", "parameter_server_count", "worker_count"};
  if (type == "ray")
    return {"type", "port", "address", "include_dashboard", "dashboard_port", "head_node_additional_args", "worker_node_additional_args"};
  return {"type", "process_count_per_instance"};
}

/// Words of an identity's type as Azure ML compares them: UserIdentity and user_identity are one.
std::string snake_case(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t place) { return place < text.size() ? static_cast<unsigned char>(text[place]) : 0; };
    const bool begins_word =
        std::isupper(at(i)) != 0 && i > 0 && (std::islower(at(i + 1)) != 0 || std::islower(at(i - 1)) != 0 || std::isdigit(at(i - 1)) != 0);
    if (begins_word) result += '_';
    result += static_cast<char>(std::tolower(at(i)));
  }
  return result;
}

void read_service(const Value::Entry& entry, const std::string& where, Report& report) {
  static const std::map<std::string, std::string> own = {{"tensor_board", "log_dir"}, {"ssh", "ssh_public_keys"}};
  Keys keys = {"type", "port", "nodes", "properties", "endpoint", "status", "error_message"};
  const Value* type = entry.value.find("type");
  for (const auto& [name, key] : own)
    if (type == nullptr || lower_case(type->text()) == name) keys.push_back(key);
  const Section section(&entry.value, entry.at, where, keys, report);
  static_cast<void>(azure_text(section, "type"));
  static_cast<void>(azure_text(section, "log_dir"));
  static_cast<void>(azure_text(section, "ssh_public_keys"));
  static_cast<void>(azure_integer(section, "port", 1, 65535));
  if (const auto nodes = azure_text(section, "nodes"); nodes && *nodes != "all")
    section.complain("nodes", in_quotes(*nodes) + " is not all", "write nodes: all, or remove it for the first node");
  if (section.has("properties")) static_cast<void>(part(section, "properties", {}));
  if (section.has("log_dir") && section.has("ssh_public_keys"))
    section.complain("log_dir", "'log_dir' does not go with 'ssh_public_keys'", "make two services of them");
}

}  // namespace

void read_distribution(const Section& top, OtherKeys others, CommandJob& job) {
  if (!top.has("distribution")) return;
  const Value* given = top.get("distribution")->find("type");
  const std::string type = given != nullptr ? lower_case(given->text()) : "mpi";
  const Section section = part(top, "distribution", keys_for(others, distribution_keys(type)));
  if (!section.whole() || !section.require("type", "give type: mpi")) return;
  if (!azure_choice(section, "type", distribution_types())) return;
  if (type != "mpi") {
    section.complain("type", "a job of type " + type + " needs that framework's launcher in its image",
                     "give type: mpi; Terroir's ranks talk through MPI");
    return;
  }
  job.mpi = true;
  if (const auto count = azure_integer(section, "process_count_per_instance", 1, most_ranks)) job.processes = static_cast<int>(*count);
}

void read_resources(const Section& top, OtherKeys others, CommandJob& job) {
  if (!top.has("resources")) return;
  const Section section = part(
      top, "resources",
      keys_for(others, {"instance_count", "instance_type", "shm_size", "docker_args", "properties", "locations", "max_instance_count"}));
  if (const auto count = azure_integer(section, "instance_count", 1, most_ranks)) job.resources.instance_count = static_cast<int>(*count);
  if (auto type = azure_text(section, "instance_type")) job.resources.instance_type = std::move(*type);
  if (auto size = azure_text(section, "shm_size")) {
    const auto digits = size->find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string::npos || digits + 1 != size->size() ||
        std::string("bkmg").find(size->back()) == std::string::npos)
      section.complain("shm_size", in_quotes(*size) + " is no size", "give a number and b, k, m or g, as 2g");
    job.resources.shm_size = std::move(*size);
  }
  const Value* arguments = section.get("docker_args");
  if (arguments != nullptr && arguments->is_list())
    static_cast<void>(azure_texts(section, "docker_args"));
  else
    static_cast<void>(azure_text(section, "docker_args"));
  static_cast<void>(azure_texts(section, "locations"));
  const auto most = azure_integer(section, "max_instance_count", 1, most_ranks);
  if (most && *most < job.resources.instance_count)
    section.complain("max_instance_count", "the maximum is below 'instance_count'", "give at least as many");
  if (section.has("properties")) {
    const Section properties = part(section, "properties", {});
    for (const auto& entry : properties.entries()) check_key(entry, properties.where(entry.key), top.report());
  }
}

void read_limits(const Section& top, CommandJob& job) {
  if (!top.has("limits")) return;
  const Section section = part(top, "limits", {"timeout"});
  const auto seconds = azure_integer(section, "timeout", 0, most_seconds);
  if (seconds && *seconds > 0) job.timeout_seconds = *seconds;
  if (seconds && *seconds == 0)
    top.report().warn(section.at("timeout"), section.where("timeout"), "a timeout of 0 is none", "give seconds, or remove it");
}

void read_queue_settings(const Section& top, CommandJob& job) {
  if (!top.has("queue_settings")) return;
  const Section section = part(top, "queue_settings", {"job_tier", "priority"});
  const Keys tiers = {"spot", "basic", "standard", "premium", "null"}, priorities = {"low", "medium", "high"};
  if (const auto tier = azure_choice(section, "job_tier", tiers)) job.job_tier = tiers[*tier];
  if (const auto priority = azure_choice(section, "priority", priorities)) job.priority = priorities[*priority];
}

void read_identity(const Section& top, CommandJob& job) {
  if (!top.has("identity")) return;
  const Value* given = top.get("identity")->find("type");
  const std::string type = given != nullptr ? snake_case(given->text()) : "";
  const Keys types = {"user_identity", "managed", "managed_identity", "aml_token"};
  const bool managed = type == "managed" || type == "managed_identity";
  const Section section = part(top, "identity", managed ? Keys{"type", "client_id", "object_id", "msi_resource_id"} : Keys{"type"});
  if (!section.whole() || !section.require("type", "use " + list_words(types))) return;
  if (std::find(types.begin(), types.end(), type) == types.end())
    section.complain("type", in_quotes(given->text()) + " is not a choice", did_you_mean(type, types, "use " + list_words(types)));
  for (const char* key : {"client_id", "object_id", "msi_resource_id"}) static_cast<void>(azure_text(section, key));
  job.identity = type;
}

void read_services(const Section& top, CommandJob& job) {
  if (!top.has("services")) return;
  const Section section = part(top, "services", {});
  for (const auto& entry : section.entries()) {
    check_key(entry, section.where(entry.key), top.report());
    read_service(entry, section.where(entry.key), top.report());
    job.services.push_back(entry.key);
  }
}

}  // namespace terroir
