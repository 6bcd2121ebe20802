#pragma once

#include "pipeline/job/supervisor.h"

#include <string>
#include <string_view>

namespace terroir {

/// The exit code of a launched job that ran into its timeout; the one of timeout(1).
inline constexpr int timeout_code = 124;

/// What mpirun says of a job, beside its exit code.
struct MpirunNotes {
  bool rank_ended = false;   ///< the exit code is a rank's own, not mpirun's
  bool not_started = false;  ///< the command cannot be executed, or there is no room for the ranks
  bool rank_lost = false;    ///< a rank or a host is lost: the job should be over soon
};

/// Reads a line of mpirun's own into the notes.
void note_mpirun_line(MpirunNotes& notes, std::string_view line);

/// Whether a line of mpirun says more than its exit code does.
[[nodiscard]] bool tells_news(std::string_view line);

/// Whether a line of a rank says that it ends because it has lost rank 0.
[[nodiscard]] bool tells_lost_rank(std::string_view line);

/// How one start of a job ended.
struct JobEnd {
  int code = 0;  ///< of mpirun, or of the command itself
  Supervisor::Reason reason = Supervisor::Reason::none;
  bool forced = false;
  bool killed = false;  ///< a signal ended the process itself, not one of mpirun's ranks
  bool mpi = true;
  MpirunNotes notes;
};

/// What an end means for whoever launched the job.
struct JobVerdict {
  int code = 0;         ///< the launcher's exit code, if it does not start again
  bool again = false;   ///< whether another start may help
  bool strays = false;  ///< ranks on other hosts may not know of the end yet
  std::string text;     ///< "was interrupted", "a process was ended by signal 9 (Killed)"
};

/// Starts again after crashes and interruptions from elsewhere, never after what was asked for or would happen again.
[[nodiscard]] JobVerdict judge(const JobEnd& end);

}  // namespace terroir
