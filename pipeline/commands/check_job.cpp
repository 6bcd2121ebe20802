#include "pipeline/commands/check_job.h"

#include "pipeline/commands/job_recipe.h"
#include "pipeline/job/shell_words.h"

#include <algorithm>
#include <ostream>

namespace terroir {
namespace {

/// What a launch would start, as a person would type it.
std::string command_line(const LaunchPlan& plan) {
  if (plan.words.size() == 3 && plan.words[0] == "/bin/bash") return plan.words[2];
  std::string line;
  for (const auto& word : plan.words) line += (line.empty() ? "" : " ") + quoted_word(word);
  return line;
}

}  // namespace

int check_job(const JobText& text, const JobArguments& options, std::ostream& out, std::ostream& errors) {
  JobArguments checking = options;
  checking.launch.check_only = true;
  LoadedJob loaded = load_job(text, checking);
  if (loaded.job)
    for (auto& finding : check_recipe_of(*loaded.job, loaded.planned, options.launch.here)) loaded.findings.push_back(std::move(finding));
  print_findings(loaded.findings, errors);
  if (has_mistakes(loaded.findings) || !loaded.planned.plan) return 2;
  const bool warned = std::any_of(loaded.findings.begin(), loaded.findings.end(), [](const JobFinding& f) { return f.diagnostic.warning; });
  const LaunchPlan& plan = *loaded.planned.plan;
  out << options.file << " is right" << (warned ? ", but see the warnings" : "") << "\n"
      << plan.ranks << (plan.ranks == 1 ? " rank: " : " ranks: ") << command_line(plan) << "\n";
  return 0;
}

}  // namespace terroir
