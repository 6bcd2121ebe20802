#include "pipeline/adapters/yaml/yaml_reader.h"
#include "pipeline/job/make_launch_plan.h"
#include "pipeline/job/python_scalar.h"
#include "pipeline/job/shell_words.h"
#include "pipeline/recipe/recipe.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace terroir;

void require(bool truth) {
  if (!truth) std::abort();
}

/// A machine on which names that begin with d are folders, and with f files.
JobFiles machine(const Value& document) {
  JobFiles files;
  files.kind = [](const std::string& path) {
    const std::string name = file_name(path);
    return name.rfind('d', 0) == 0 ? PathKind::folder : name.rfind('f', 0) == 0 ? PathKind::file : PathKind::missing;
  };
  files.read = [document](const std::string&) { return JobDocument{document, {}}; };
  files.names = [](const std::string&) { return std::vector<std::string>{"fa", "outputs"}; };
  return files;
}

/// Each is one line that names a problem and a remedy.
void check(const std::vector<JobFinding>& findings) {
  for (const auto& finding : findings) {
    const auto& d = finding.diagnostic;
    require(!finding.file.empty() && !d.problem.empty() && !d.remedy.empty() && d.at.line >= 0 && d.at.column >= 0);
    const std::string line = to_text(finding);
    require(line.size() <= 1000 && line.find('\n') == std::string::npos);
  }
}

void check(const CommandJob& job) {
  require(!job.command.empty() && job.processes >= 1 && job.resources.instance_count >= 1);
  for (const auto& input : job.inputs) require(!input.literal || input.value || input.optional);
}

/// Quoting the words behind a command and cutting them again is the identity.
void check_words(std::vector<std::string> words) {
  words.insert(words.begin(), "command");
  std::string line;
  for (const auto& word : words) line += quoted_word(word) + " ";
  const ShellWords again = split_words({{line, false}});
  require(again.words == words && again.shell.empty());
}

void launch(const CommandJob& job, const JobFiles& files, bool check_only) {
  LaunchOptions options;
  options.here = "/here";
  options.check_only = check_only;
  options.allow_shell = true;
  options.environment = {{"AZURE_STORAGE_ACCOUNT", "account"}};
  const PlannedLaunch planned = make_launch_plan(job, options, files);
  check(planned.findings);
  require(planned.plan.has_value() != has_mistakes(planned.findings));
  if (!planned.plan) return;
  require(!planned.plan->words.empty() && planned.plan->ranks >= 1 && planned.plan->folder.rfind("/here/", 0) == 0);
  for (const auto& folder : planned.plan->folders) require(folder.path.front() == '/');
  check_words(planned.plan->words);
}

}  // namespace

/// Any text is either a job, of which a launch can be planned or not, or has mistakes; and any text is a scalar and a command line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require(!python_scalar(text, true).text.empty() || text.empty());
  check_words(split_words({{std::string(text), false}}).words);
  const auto yaml = read_yaml(text, {}, DoubledKeys::keep_last);
  const JobFiles files = machine(yaml.root);
  for (const char* step : {"", "a"}) {
    const ParsedJob parsed = parse_job(yaml.root, {"job.yml", step, {{"tags.x", "1"}}, {}}, files);
    check(parsed.findings);
    require(parsed.job.has_value() != has_mistakes(parsed.findings));
    if (!parsed.job) continue;
    check(*parsed.job);
    launch(*parsed.job, files, true);
    launch(*parsed.job, files, false);
  }
  return 0;
}
