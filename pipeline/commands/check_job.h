#pragma once

#include "pipeline/commands/load_job.h"

#include <iosfwd>

namespace terroir {

/// `terroir check JOB`: the job, the recipe that its command runs, and the names and literals between the two, in one list. Returns 0, or
/// 2 when there is a mistake.
int check_job(const JobText& text, const JobArguments& options, std::ostream& out, std::ostream& errors);

}  // namespace terroir
