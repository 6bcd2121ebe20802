#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace terroir {

/// `terroir processes [NAME] [--json | --schema | --markdown]`: the catalogue, or one process explained; the recipe's JSON Schema; the
/// reference in Markdown. Returns the exit code: 0, or 2 for an unknown process or option, told on `errors`.
int run_processes(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors);

}  // namespace terroir
