#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace terroir {

/// Processes whose parent has ended become children of this one from now on, wherever below it they were started.
void adopt_orphans();

/// The children of a process that still run.
[[nodiscard]] std::vector<pid_t> children_of(pid_t parent);

/// Whether a process was started with a variable of this name; false when it cannot be looked at.
[[nodiscard]] bool has_variable(pid_t process, const std::string& name);

/// Waits until this process has no children, and ends those (and theirs) that are left after `seconds` with SIGKILL. Returns how many
/// those were. Takes the end of every child: only when no `Child` lives.
int end_children(double seconds);

}  // namespace terroir
