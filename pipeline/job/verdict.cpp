#include "pipeline/job/verdict.h"

#include "pipeline/error.h"

#include <cstring>
#include <initializer_list>
#include <optional>

namespace terroir {
namespace {

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is(int code, Fault fault) { return code == static_cast<int>(fault); }

std::string signal_text(int number) {
  const char* name = sigabbrev_np(number);
  return "signal " + std::to_string(number) + (name != nullptr ? std::string(" (SIG") + name + ")" : "");
}

std::string own_text(int code) {
  if (code == 0) return "done";
  if (is(code, Fault::mistake)) return "there is a mistake in what it was given";
  if (is(code, Fault::data)) return "an input cannot be decoded";
  if (is(code, Fault::system)) return "the system refused something, or a rank was lost";
  if (is(code, Fault::memory)) return "memory does not suffice";
  if (is(code, Fault::bug)) return "it met a bug";
  if (is(code, Fault::interrupted)) return "it was interrupted";
  return "it failed";
}

/// Whether the exit code is mpirun's own and not that of a rank.
bool mpirun_failed(const JobEnd& end) { return end.mpi && end.code == 1 && !end.notes.rank_ended; }

bool interrupted(const JobEnd& end) { return end.forced || end.code > 128 || is(end.code, Fault::interrupted) || mpirun_failed(end); }

JobVerdict judge_asked(const JobEnd& end) {
  if (end.code == 0 && !end.forced) return {0, false, false, "done before it had stopped"};
  const std::string force = end.forced ? "it did not stop in time and was ended by force" : "it has stopped";
  if (end.reason == Supervisor::Reason::timeout) return {timeout_code, false, false, "limits.timeout was reached; " + force};
  if (!interrupted(end)) return {end.code, false, false, own_text(end.code)};
  return {static_cast<int>(Fault::interrupted), false, false, "interrupted; " + force};
}

/// What mpirun itself has to say, without a rank that failed.
std::optional<JobVerdict> judge_mpirun(const JobEnd& end) {
  // 205 and its neighbours: it has lost its daemon on another host.
  constexpr int highest_signal = 64;
  if (end.forced)
    return JobVerdict{static_cast<int>(Fault::system), true, true, "a host or rank was lost and mpirun did not end; it was ended by force"};
  if (end.notes.not_started) return JobVerdict{end.code, false, false, "mpirun cannot start it and says why"};
  if (mpirun_failed(end)) return JobVerdict{end.code, true, true, "mpirun itself failed"};
  if (end.code > 128 + highest_signal) return JobVerdict{end.code, true, true, "mpirun has lost a host"};
  return std::nullopt;
}

}  // namespace

void note_mpirun_line(MpirunNotes& notes, std::string_view line) {
  if (holds(line, "Primary job") || holds(line, "processes exited with non-zero status")) notes.rank_ended = true;
  for (const char* reason : {"unable to find the specified executable", "could not access", "not enough slots"})
    if (holds(line, reason)) notes.not_started = true;
  if (holds(line, "MPI_ABORT was invoked") || holds(line, "lost communication with")) notes.rank_lost = true;
}

bool tells_news(std::string_view line) {
  if (line.find_first_not_of("- \t") == std::string_view::npos) return false;  // a ruler
  for (const char* usual :
       {"Primary job  terminated normally", "a non-zero exit code. Per user-direction", "processes exited with non-zero status",
        "to be terminated. The first process to do so was", "  Process name: [[", "  Exit code:  ", "mpirun: Forwarding signal"})
    if (holds(line, usual)) return false;
  return true;
}

bool tells_lost_rank(std::string_view line) { return line.starts_with("terroir: rank ") && holds(line, " has lost rank 0 and ends"); }

JobVerdict judge(const JobEnd& end) {
  using Reason = Supervisor::Reason;
  if (end.reason == Reason::request || end.reason == Reason::timeout) return judge_asked(end);
  if (end.mpi)
    if (const auto verdict = judge_mpirun(end)) return *verdict;
  const bool strays = end.killed || end.notes.rank_lost;
  if (end.code > 128) return {end.code, true, strays, "a process was ended by " + signal_text(end.code - 128)};
  const bool again = is(end.code, Fault::interrupted) || is(end.code, Fault::system);
  return {end.code, again, strays, own_text(end.code)};
}

}  // namespace terroir
