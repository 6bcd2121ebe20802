#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace terroir {

/// `terroir doctor [FOLDER] [--json] [--patience SECONDS]`, alone or under mpirun: looks at the program, its libraries, MPI, the machine
/// and what the storage of a folder can do, and says what to change. Returns 0 when terroir can run here, 4 when something fails that
/// it needs, 2 for wrong arguments.
int run_doctor(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors);

}  // namespace terroir
