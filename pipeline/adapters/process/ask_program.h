#pragma once

#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// What a program said that was run to the end, or was ended when its time was over.
struct ProgramAnswer {
  bool ended = false;  ///< by itself
  int exit_code = -1;
  std::string text;  ///< standard output and error, the first 64 KiB
};

/// Runs a program, word by word, with this process's environment and without input; it and its children are killed after some seconds.
/// Nothing when it cannot be started. Not for a process that has joined MPI, which must not fork.
[[nodiscard]] std::optional<ProgramAnswer> ask_program(const std::vector<std::string>& words, double seconds);

}  // namespace terroir
