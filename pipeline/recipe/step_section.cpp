#include "kernels/catalog.h"
#include "pipeline/recipe/section.h"
#include "pipeline/recipe/sections.h"

#include <algorithm>

namespace terroir {
namespace {

/// The entry in whose place a key that is missing was meant, which is none of the `known` ones; null when there is none.
const Value::Entry* misspelt(const Section& section, const std::string& key, const std::vector<std::string>& known = {}) {
  for (const auto& entry : section.entries())
    if (!section.has(key) && meant_by(entry.key, {key}) && std::find(known.begin(), known.end(), entry.key) == known.end()) return &entry;
  return nullptr;
}

const Process* read_process(const Section& section) {
  if (const Value::Entry* entry = misspelt(section, "process")) {
    section.report().error(entry->at, section.where(entry->key), "unknown key " + in_quotes(entry->key), "did you mean 'process'?");
    return nullptr;
  }
  if (!section.require("process", "give the name of a process; `terroir processes` lists them")) return nullptr;
  const auto name = section.text("process");
  if (!name) return nullptr;
  if (const Process* process = find_process(*name)) return process;
  std::vector<std::string> known;
  for (const auto& process : catalog()) known.push_back(process.info.name);
  section.complain("process", "there is no process " + in_quotes(*name), did_you_mean(*name, known, "`terroir processes` lists them"));
  return nullptr;
}

/// What is connected to one port; `data` may be several layers, any other port is one.
std::vector<Reference> read_port(const Section& section, const std::string& port) {
  const std::string example = port == "data" ? "INPUT, STEP, STEP.LAYER or a list of them" : "INPUT, STEP or STEP.LAYER";
  if (!section.require(port, "give " + port + ": " + example)) return {};
  const Value* value = section.get(port);
  if (value == nullptr) return {};
  if (port != "data" && value->is_list()) {
    section.complain(port, "'" + port + "' takes one layer, not a list", "give " + port + ": " + example);
    return {};
  }
  return read_references(*value, section.where(port), section.report());
}

/// Entries of the step that are neither the process nor one of its ports: its parameters.
std::vector<Value::Entry> settings_of(const Section& section, const std::vector<std::string>& ports) {
  std::vector<Value::Entry> settings;
  for (const auto& entry : section.entries())
    if (entry.key != "process" && std::find(ports.begin(), ports.end(), entry.key) == ports.end()) settings.push_back(entry);
  return settings;
}

/// A misspelt port looks like an unknown parameter: the nearest word may be either.
std::vector<Diagnostic> with_port_names(std::vector<Diagnostic> found, const ProcessInfo& info, const Section& section) {
  std::vector<std::string> missing;
  for (const auto& port : info.inputs)
    if (!section.has(port.name)) missing.push_back(port.name);
  for (auto& d : found)
    if (d.problem.rfind("unknown parameter", 0) == 0) d.remedy = did_you_mean(d.where, missing, d.remedy);
  return found;
}

/// All keys that a step of a process may have.
std::vector<std::string> keys_of(const ProcessInfo& info) {
  std::vector<std::string> keys = {"process"};
  for (const auto& port : info.inputs) keys.push_back(port.name);
  for (const auto& parameter : info.parameters) keys.push_back(parameter.name);
  return keys;
}

/// Without what is said of values in which a name stands that could not be put in, which has been told.
std::vector<Diagnostic> of_known_values(std::vector<Diagnostic> found, const Section& section) {
  const auto is_open = [&](const Diagnostic& d) {
    const Value* value = section.get(d.where);
    return value != nullptr && has_placeholder(*value);
  };
  found.erase(std::remove_if(found.begin(), found.end(), is_open), found.end());
  return found;
}

StepSpec read_step(const Value::Entry& entry, Report& report) {
  const std::size_t before = report.errors();
  StepSpec step;
  step.at = entry.at;
  step.name = entry.key;
  const std::string where = "steps." + entry.key;
  check_layer_name(entry.key, entry.at, where, report);
  const Section section(&entry.value, entry.at, where, {}, report);
  if (!section.whole()) return step;
  step.process = read_process(section);
  if (step.process == nullptr) {
    if (section.has("data")) step.inputs.emplace_back("data", read_port(section, "data"));
    return step;
  }
  std::vector<std::string> ports;
  for (const auto& port : step.process->info.inputs) {
    ports.push_back(port.name);
    // A misspelt one is told of as a parameter that is unknown.
    const bool told = misspelt(section, port.name, keys_of(step.process->info)) != nullptr;
    step.inputs.emplace_back(port.name, told ? std::vector<Reference>{} : read_port(section, port.name));
  }
  Binding binding = step.process->bind(settings_of(section, ports));
  report.adopt(of_known_values(with_port_names(std::move(binding.diagnostics), step.process->info, section), section), entry.at, where);
  if (report.errors() == before && !has_placeholder(entry.value)) step.kernel = std::move(binding.kernel);
  step.settings = std::move(binding.settings);
  return step;
}

}  // namespace

std::vector<StepSpec> read_steps(const Value* value, Report& report) {
  std::vector<StepSpec> steps;
  if (value == nullptr || value->is_null()) return steps;
  const Section section(value, {}, "steps", {}, report);
  for (const auto& entry : section.entries()) steps.push_back(read_step(entry, report));
  return steps;
}

}  // namespace terroir
