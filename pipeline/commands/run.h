#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace terroir {

/// `terroir run RECIPE|STORE`, alone or as a rank under mpirun. Returns the exit code: 0 done (or nothing to do), 2 mistakes, 3 data
/// that cannot be decoded, 4 a system call failed, 5 memory, 70 a bug, 75 interrupted: run again to resume.
int run_run(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors);

}  // namespace terroir
