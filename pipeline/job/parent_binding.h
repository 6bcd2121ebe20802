#pragma once

#include "pipeline/job/job_sections.h"

#include <optional>
#include <set>
#include <string>

namespace terroir {

/// What the steps of a pipeline can name.
struct PipelineScope {
  std::vector<JobInput> inputs;
  std::vector<JobOutput> outputs;
  std::vector<std::string> steps;
};

/// The words of a value that is `${{parent.WORD.WORD...}}` as a whole, without `parent`; nothing for anything else.
[[nodiscard]] std::optional<std::vector<std::string>> parent_words(const Value& value);

/// An input of a step that is bound to the pipeline: a copy of the pipeline's input, or the output of another step.
[[nodiscard]] std::optional<JobInput> bound_input(const std::vector<std::string>& words, const Value& value, const std::string& where,
                                                  const PipelineScope& pipeline, Report& report);

/// An output of a step that is bound to one of the pipeline's.
[[nodiscard]] std::optional<JobOutput> bound_output(const std::vector<std::string>& words, const Value& value, const std::string& where,
                                                    const PipelineScope& pipeline, Report& report);

/// The value with literals of the pipeline in the place of `${{parent.inputs.NAME}}`: settings of a step may be bound as well.
[[nodiscard]] Value put_literals(const Value& value, const std::string& where, const PipelineScope& pipeline, Report& report);

}  // namespace terroir
