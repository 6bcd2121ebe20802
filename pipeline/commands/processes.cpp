#include "pipeline/commands/processes.h"

#include "kernels/catalog.h"
#include "pipeline/commands/command_line.h"
#include "pipeline/error.h"
#include "pipeline/recipe/reference_pages.h"
#include "pipeline/recipe/schema.h"

#include <algorithm>
#include <ostream>
#include <vector>

namespace terroir {
namespace {

struct ProcessesRequest {
  std::string name, form;
};

constexpr const char* processes_help =
    "terroir processes [NAME] [--json | --schema | --markdown]\n"
    "Lists the processes, or explains one.\n\n"
    "  --json      the catalogue, or the one process, as JSON\n"
    "  --schema    the JSON Schema of recipes, for editors\n"
    "  --markdown  the reference\n";

/// What the arguments ask for, or what is wrong with them.
std::string read_arguments(std::span<const std::string> arguments, ProcessesRequest& request) {
  const std::vector<std::string> forms = {"--json", "--schema", "--markdown"};
  for (const auto& argument : arguments) {
    std::string& place = argument.rfind("--", 0) == 0 ? request.form : request.name;
    if (&place == &request.form && std::find(forms.begin(), forms.end(), argument) == forms.end())
      return "unknown option '" + argument + "'; use " + list_words(forms);
    if (!place.empty()) return "'" + argument + "' is one too many; give one process and one form at most";
    place = argument;
  }
  if (!request.name.empty() && (request.form == "--schema" || request.form == "--markdown"))
    return request.form + " is of the whole catalogue; leave out '" + request.name + "'";
  return {};
}

const Process* find(const std::string& name, std::ostream& errors) {
  const Process* process = find_process(name);
  if (process != nullptr) return process;
  std::vector<std::string> names;
  for (const auto& known : catalog()) names.push_back(known.info.name);
  const auto near = nearest_word(name, names);
  errors << "terroir processes: there is no process '" << name << "'; "
         << (near ? "did you mean '" + *near + "'?" : "`terroir processes` lists them") << "\n";
  return nullptr;
}

}  // namespace

int run_processes(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors) {
  if (asks_for_help(arguments)) {
    out << processes_help;
    return 0;
  }
  ProcessesRequest request;
  if (const std::string problem = read_arguments(arguments, request); !problem.empty()) {
    errors << "terroir processes: " << problem << "\n";
    return static_cast<int>(Fault::mistake);
  }
  if (request.name.empty()) {
    out << (request.form == "--json"       ? catalogue_json()
            : request.form == "--schema"   ? recipe_schema()
            : request.form == "--markdown" ? catalogue_markdown()
                                           : catalogue_list());
    return 0;
  }
  const Process* process = find(request.name, errors);
  if (process == nullptr) return static_cast<int>(Fault::mistake);
  out << (request.form == "--json" ? process_json(process->info) : process_page(process->info));
  return 0;
}

}  // namespace terroir
