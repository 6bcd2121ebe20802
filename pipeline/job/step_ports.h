#pragma once

#include "pipeline/job/component.h"
#include "pipeline/job/parent_binding.h"

namespace terroir {

/// The inputs and outputs that a step gives: bound to the pipeline, or its own.
[[nodiscard]] std::vector<JobInput> read_step_inputs(const Section& step, const PipelineScope& pipeline, const JobScope& scope);
[[nodiscard]] std::vector<JobOutput> read_step_outputs(const Section& step, const PipelineScope& pipeline, const JobScope& scope);

/// Connects the inputs and outputs of `job`, as its step gives them, with those of the component: defaults, types, what is missing and
/// what the component does not know.
void connect_ports(const Component& component, const Section& step, const JobScope& scope, CommandJob& job);

}  // namespace terroir
