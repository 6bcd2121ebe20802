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
#include <cerrno>
#include <cstring>
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
  bool prints_document = false;  ///< and starts no other programs; libraries that read rasters may print what is no part of it
};

constexpr std::array commands = {
    Command{"check", "find every mistake of a recipe, or of a job and its recipe", run_check, true},
    Command{"plan", "say what a run would read, compute, write and take", run_plan, true},
    Command{"run", "compute a recipe's outputs, alone or under mpirun", run_run, true},
    Command{"launch", "run an Azure ML job on this machine or a cluster", run_launch},
    Command{"processes", "list the processes, or explain one", run_processes, true},
    Command{"inspect", "show what a store holds", run_inspect, true},
    Command{"doctor", "check a machine, its MPI and its storage, and say what to change", run_doctor},
};

void print_help(std::ostream& out) {
  out << "terroir " << version << ": climate and geospatial rasters to machine-learning features\n\nterroir COMMAND ...\n";
  for (const auto& c : commands) out << "  " << c.name << std::string(12 - std::string_view(c.name).size(), ' ') << c.summary << "\n";
  out << "terroir COMMAND --help explains a command.\n";
}

bool prints_document(const std::string& name) {
  return std::any_of(commands.begin(), commands.end(), [&](const Command& c) { return c.prints_document && c.name == name; });
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h" || word == "help"; }

int dispatch(const std::vector<std::string>& words, std::ostream& out, std::ostream& errors) {
  const bool help = !words.empty() && asks_for_help(words[0]);
  if (help && words.size() > 1 && !asks_for_help(words[1])) return dispatch({words[1], "--help"}, out, errors);
  if (words.empty() || help) {
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

/// The exit code of a command that has ended: a good one only if what it printed has gone where it should. A reader that went away wanted
/// no more.
int code_of_printed(int code, const std::optional<DocumentOutput>& document) {
  std::cout.flush();
  if (code != 0 || std::cout || (document && document->error() == EPIPE)) return code;
  const std::string why = document && document->error() != 0 ? std::string(": ") + std::strerror(document->error()) : "";
  std::cerr << "terroir: cannot write to standard output" << why << "; send it to where there is room\n";
  return static_cast<int>(Fault::system);
}

}  // namespace
}  // namespace terroir

/// The only place that turns what was thrown into an exit code.
int main(int count, char** words) {
  using terroir::Fault;
  std::optional<terroir::DocumentOutput> document;
  if (count > 1 && terroir::prints_document(words[1])) document.emplace(std::cout);
  const terroir::RedactedStream out(std::cout, terroir::environment_redactor());
  const terroir::RedactedStream errors(std::cerr, terroir::environment_redactor());
  try {
    // Of several ranks only the first speaks.
    std::ostream nowhere(nullptr);
    const bool first = terroir::launched_rank() == 0;
    const int code = terroir::dispatch({words + 1, words + count}, first ? std::cout : nowhere, first ? std::cerr : nowhere);
    return terroir::code_of_printed(code, document);
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
