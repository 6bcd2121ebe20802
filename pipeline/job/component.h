#pragma once

#include "pipeline/job/job_sections.h"

namespace terroir {

/// An input of a component: what a step may give for it.
struct ComponentInput {
  Position at;
  std::string name, type;  ///< string, integer, number or boolean, or a kind of data
  bool literal = false, optional = false;
  DataKind kind = DataKind::uri_folder;
  InputMode mode = InputMode::ro_mount;
  std::optional<std::string> initial;  ///< its default
  std::optional<double> least, most;
  std::vector<std::string> choices;
};

/// A command component: what a step of a pipeline runs.
struct Component {
  std::vector<ComponentInput> inputs;
  std::vector<JobOutput> outputs;
  CommandJob job;  ///< command, code, environment, distribution and resources
};

/// Reads a component from its map, inline or a file's.
[[nodiscard]] Component read_component(const Value& map, Position at, const std::string& where, const JobScope& scope);

/// What is wrong with a literal that a step gives for an input.
[[nodiscard]] std::optional<Complaint> check_literal(const ComponentInput& input, const std::string& text);

}  // namespace terroir
