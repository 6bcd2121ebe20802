#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace terroir {

/// `terroir check RECIPE|JOB`: everything that the recipe's text and its inputs' headers tell; of a job, also the job and what is between
/// the two. Returns 0, or 2 with all mistakes at once.
int run_check(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors);

/// `terroir plan RECIPE`: what a run would do, as text or JSON; nothing is written.
int run_plan(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors);

}  // namespace terroir
