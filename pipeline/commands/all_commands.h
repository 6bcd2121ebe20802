#pragma once

#include "kernels/value.h"

#include <iosfwd>
#include <span>
#include <string>

namespace terroir {

/// A word after `terroir` that does something.
struct Command {
  const char* name;
  const char* summary;
  int (*run)(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors);
  bool prints_document = false;  ///< and starts no other programs; libraries that read rasters may print what is no part of it
};

[[nodiscard]] std::span<const Command> all_commands() noexcept;

/// The command of a name, or null.
[[nodiscard]] const Command* find_command(const std::string& name) noexcept;

/// What is told of a word that is no command.
[[nodiscard]] Complaint unknown_command(const std::string& name);

}  // namespace terroir
