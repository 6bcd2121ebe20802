#pragma once

#include "pipeline/job/command_job.h"
#include "pipeline/recipe/report.h"

#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// A piece of a command: plain text, or the name of an input or output. Pieces of one `$[[ ]]` share a group above 0.
struct CommandPiece {
  enum class Kind { text, input, output };
  Kind kind = Kind::text;
  std::string text;
  int group = 0;
};

/// A command cut at its placeholders, or what is wrong with one of them.
struct CommandText {
  std::vector<CommandPiece> pieces;
  std::vector<Complaint> complaints;
  bool single_braces = false;  ///< has {inputs.NAME}, which Azure ML's client still replaces
};

[[nodiscard]] CommandText split_command(std::string_view command);

/// Checks that what the command names is declared, that `$[[ ]]` stands around optional inputs and only there, and warns of what the
/// command does not use. `command` goes to the report of its own file, `uses` to that of the job.
void check_command(const CommandJob& job, Report& command, Report& uses);

}  // namespace terroir
