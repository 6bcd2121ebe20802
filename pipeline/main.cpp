#include "pipeline/adapters/mpi/mpi_communicator.h"
#include "pipeline/adapters/process/document_output.h"
#include "pipeline/commands/all_commands.h"
#include "pipeline/error.h"
#include "pipeline/redaction/redacting_buffer.h"
#include "terroir_version.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <optional>

namespace terroir {
namespace {

void print_help(std::ostream& out) {
  out << "terroir " << version << ": climate and geospatial rasters to machine-learning features\n\nterroir COMMAND ...\n";
  for (const auto& c : all_commands()) out << "  " << c.name << std::string(12 - std::string_view(c.name).size(), ' ') << c.summary << "\n";
  out << "terroir COMMAND --help explains a command.\n";
}

bool prints_document(const std::string& name) {
  const Command* const command = find_command(name);
  return command != nullptr && command->prints_document;
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
  if (const Command* const command = find_command(words[0])) return command->run(std::span(words).subspan(1), out, errors);
  const Complaint complaint = unknown_command(words[0]);
  errors << "terroir: " << complaint.problem << "; " << complaint.remedy << "\n";
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
