#pragma once

#include "pipeline/job/command_job.h"
#include "pipeline/recipe/report.h"

namespace terroir {

/// Makes a job of one step of a pipeline (`request.step`): its own settings over those of its component, `${{parent...}}` replaced by
/// what the pipeline declares. Mistakes of the pipeline's file go to `report`, those of a component's file to the result.
[[nodiscard]] ParsedJob parse_pipeline_step(const Value& document, const JobRequest& request, const JobFiles& files, Report& report);

}  // namespace terroir
