#include "kernels/value.h"
#include "pipeline/adapters/mpi/mpi_communicator.h"
#include "pipeline/adapters/process/document_output.h"
#include "pipeline/commands/check.h"
#include "pipeline/commands/doctor.h"
#include "pipeline/commands/inspect.h"
#include "pipeline/commands/launch.h"
#include "pipeline/commands/processes.h"
#include "pipeline/commands/run.h"
#include "pipeline/error.h"
#include "pipeline/redaction/redacting_buffer.h"
#include "terroir_version.h"

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <new>
#include <optional>

namespace terroir {
namespace {

using Arguments = std::span<const std::string>;

struct Command {
  const char* name;
  const char* summary;
  int (*run)(Arguments, std::ostream&, std::ostream&);
  bool reads_rasters = false;  ///< by libraries, which may print what is no part of its output
};

constexpr std::array commands = {
    Command{"check", "find every mistake of a recipe, or of a job and its recipe", run_check, true},
    Command{"plan", "say what a run would read, compute, write and take", run_plan, true},
    Command{"run", "compute a recipe's outputs, alone or under mpirun", run_run, true},
    Command{"launch", "run an Azure ML job on this machine or a cluster", run_launch},
    Command{"processes", "list the processes, or explain one", run_processes},
    Command{"inspect", "show what a store holds", run_inspect, true},
    Command{"doctor", "check a machine, its MPI and its storage, and say what to change", run_doctor},
};

void print_help(std::ostream& out) {
  out << "terroir " << version << ": climate and geospatial rasters to machine-learning features\n\nterroir COMMAND ...\n";
  for (const auto& c : commands) out << "  " << c.name << std::string(12 - std::string_view(c.name).size(), ' ') << c.summary << "\n";
  out << "terroir COMMAND --help explains a command.\n";
}

bool reads_rasters(const std::string& name) {
  return std::any_of(commands.begin(), commands.end(), [&](const Command& c) { return c.reads_rasters && c.name == name; });
}

int dispatch(const std::vector<std::string>& words, std::ostream& out, std::ostream& errors) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_help(words.empty() ? errors : out);
    return words.empty() ? 2 : 0;
  }
  if (words[0] == "--version") {
    out << "terroir " << version << "\n";
    return 0;
  }
  const auto command = std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return words[0] == c.name; });
  if (command != commands.end()) return command->run(Arguments(words).subspan(1), out, errors);
  std::vector<std::string> names;
  for (const auto& c : commands) names.emplace_back(c.name);
  const auto near = nearest_word(words[0], names);
  errors << "terroir: unknown command '" << words[0] << "'; " << (near ? "did you mean '" + *near + "'?" : "use " + list_words(names))
         << "\n";
  return 2;
}

}  // namespace
}  // namespace terroir

/// The only place that turns what was thrown into an exit code.
int main(int count, char** words) {
  using terroir::Fault;
  std::optional<terroir::DocumentOutput> document;
  if (count > 1 && terroir::reads_rasters(words[1])) document.emplace(std::cout);
  const terroir::RedactedStream out(std::cout, terroir::environment_redactor());
  const terroir::RedactedStream errors(std::cerr, terroir::environment_redactor());
  try {
    // Of several ranks only the first speaks.
    std::ostream nowhere(nullptr);
    const bool first = terroir::launched_rank() == 0;
    return terroir::dispatch({words + 1, words + count}, first ? std::cout : nowhere, first ? std::cerr : nowhere);
  } catch (const terroir::Error& error) {
    std::cerr << "terroir: " << error.what() << "\n";
    return static_cast<int>(error.fault());
  } catch (const std::bad_alloc&) {
    std::cerr << "terroir: out of memory; allow less with --memory or start fewer ranks\n";
    return static_cast<int>(Fault::memory);
  } catch (const std::exception& error) {
    std::cerr << "terroir: a bug: " << error.what() << "; please report it with the recipe\n";
    return static_cast<int>(Fault::bug);
  }
}
