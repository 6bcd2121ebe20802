#pragma once

#include "pipeline/recipe/report.h"

namespace terroir {

/// What a document is that was given as a job.
enum class JobKind { command, pipeline, refused };

/// Tells the kind of a job file; of one that cannot be run here the report says why, and what to do.
[[nodiscard]] JobKind job_kind(const Value& document, Report& report);

}  // namespace terroir
