#include "pipeline/commands/launcher.h"

#include "pipeline/adapters/process/child.h"
#include "pipeline/adapters/process/family.h"
#include "pipeline/adapters/process/folder_lock.h"
#include "pipeline/adapters/process/rank_files.h"
#include "pipeline/adapters/process/signal_queue.h"
#include "pipeline/adapters/report/rank_logs.h"
#include "pipeline/commands/launch_folder.h"
#include "pipeline/error.h"
#include "pipeline/job/verdict.h"
#include "pipeline/redaction/redactor.h"
#include "pipeline/redaction/secrets.h"
#include "pipeline/run/liveness.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <ostream>
#include <utility>

namespace terroir {
namespace {

namespace fs = std::filesystem;

constexpr double tick_seconds = 0.1, look_seconds = 1, farewell_seconds = 2, longest_pause = 30;
/// After so long a rank has missed rank 0 and ended itself.
constexpr double stray_seconds = Liveness{}.silence + Liveness{}.beat;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

ChildCommand child_command(const StartCommand& start, const std::string& folder) {
  ChildCommand out{start.words, {}, folder};
  for (const auto& [name, value] : start.environment) out.environment.push_back(name + "=" + value);
  return out;
}

std::vector<std::string> known_secrets(const std::vector<std::string>& environment) {
  std::vector<const char*> entries;
  for (const auto& entry : environment) entries.push_back(entry.c_str());
  entries.push_back(nullptr);
  return secrets_of(entries.data());
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string seconds_text(double seconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f s", seconds);
  return text;
}

/// Sees when all ranks have ended that mpirun has started on this machine.
class RankWatch {
 public:
  explicit RankWatch(pid_t mpirun) : mpirun_(mpirun), looked_(now()) {}

  bool all_ended() {
    if (now() - looked_ < look_seconds) return ended_;
    looked_ = now();
    const auto children = children_of(mpirun_);
    const bool any = std::any_of(children.begin(), children.end(), [](pid_t p) { return has_variable(p, "OMPI_COMM_WORLD_RANK"); });
    ended_ = seen_ && !any;
    seen_ = seen_ || any;
    return ended_;
  }

 private:
  pid_t mpirun_;
  double looked_;
  bool seen_ = false, ended_ = false;
};

class Launcher {
 public:
  Launcher(const LaunchPlan& plan, const StartCommand& start, std::ostream& out, std::ostream& errors)
      : plan_(plan),
        errors_(errors),
        command_(child_command(start, plan.folder)),
        redactor_(known_secrets(command_.environment)),
        signals_({SIGTERM, SIGINT, SIGUSR1}, {SIGHUP}),
        logs_(plan.folder + "/user_logs", plan.mpi ? plan.ranks : 0, out, redactor_),
        began_(now()) {
    if (plan.timeout_seconds) timeout_at_ = began_ + *plan.timeout_seconds;
    adopt_orphans();
    std::signal(SIGPIPE, SIG_IGN);  // a reader of the output that is gone ends no job
  }

  int run() {
    say("starts " + party() + ": " + join(plan_.words) + "; logs in " + plan_.folder + "/user_logs");
    JobVerdict verdict = judge(run_once());
    double step = 1;
    for (int start = 1; verdict.again && start <= plan_.retries; ++start, step = std::min(2 * step, longest_pause)) {
      const double pause = verdict.strays && !plan_.hostfile.empty() ? std::max(step, stray_seconds) : step;
      say(verdict.text + " (exit code " + std::to_string(verdict.code) + "); starts again in " + seconds_text(pause) + ", retry " +
          std::to_string(start) + " of " + std::to_string(plan_.retries));
      if (const auto ended = rest(pause)) {
        JobEnd end;
        end.code = static_cast<int>(Fault::interrupted);
        end.reason = *ended;
        verdict = judge(end);
        break;
      }
      verdict = judge(run_once());
    }
    say("ended after " + seconds_text(now() - began_) + ": " + verdict.text + "; exit code " + std::to_string(verdict.code));
    return verdict.code;
  }

 private:
  void say(const std::string& text) { errors_ << "terroir launch: " << redactor_(text) << std::endl; }

  [[nodiscard]] std::string party() const {
    if (!plan_.mpi) return "one process";
    const std::string ranks = std::to_string(plan_.ranks) + (plan_.ranks == 1 ? " rank" : " ranks");
    return ranks + (plan_.hostfile.empty() ? " on this machine" : " on the hosts of " + plan_.hostfile);
  }

  /// Waits between two starts; says why when there shall be no other.
  std::optional<Supervisor::Reason> rest(double seconds) {
    const double until = now() + seconds;
    while (now() < until) {
      if (signals_.take()) return Supervisor::Reason::request;
      if (timeout_at_ && now() >= *timeout_at_) return Supervisor::Reason::timeout;
      pollfd event{signals_.descriptor(), POLLIN, 0};
      ::poll(&event, 1, static_cast<int>(tick_seconds * 1000));
    }
    return std::nullopt;
  }

  JobEnd run_once() {
    const std::string folder = plan_.folder + "/" + rank_output_folder;
    if (plan_.mpi) make_private_folder(folder);
    Supervisor supervisor(plan_.grace_seconds, timeout_at_);
    RankFiles files(folder);
    notes_ = {};
    Child child(command_, [this](std::string_view line) { take_line(line); });
    RankWatch watch(child.id());
    const bool all_here = plan_.mpi && plan_.hostfile.empty();  // ranks of another host may have more to do than ours
    while (!child.end()) {
      child.wait(tick_seconds, signals_.descriptor());
      while (signals_.take()) supervisor.stop(now());
      files.read([this](int rank, std::string_view line) { take_rank_line(rank, line); });
      logs_.flush();
      if (notes_.rank_lost || (all_here && watch.all_ended())) supervisor.expect_end(now());
      act(child, supervisor.step(now()));
    }
    // Nobody may go on writing when this has ended or another start begins.
    const int left = end_children(supervisor.forced() ? 0 : farewell_seconds);
    files.finish([this](int rank, std::string_view line) { take_rank_line(rank, line); });
    logs_.flush();
    if (left > 0) say("ended " + std::to_string(left) + (left == 1 ? " process" : " processes") + " that the job left behind");
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return {child.end()->code, supervisor.reason(), supervisor.forced(), child.end()->signal != 0, plan_.mpi, notes_};
  }

  static void make_private_folder(const std::string& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (!error) fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) throw Error(Fault::system, "cannot make " + folder + ": " + error.message() + "; check the folder's permissions");
  }

  void take_line(std::string_view line) {
    if (!plan_.mpi) return logs_.rank_line(0, line);
    note_mpirun_line(notes_, line);
    logs_.mpirun_line(line, tells_news(line));
  }

  void take_rank_line(int rank, std::string_view line) {
    if (tells_lost_rank(line)) notes_.rank_lost = true;
    logs_.rank_line(rank, line);
  }

  void act(const Child& child, Supervisor::Action action) {
    using Action = Supervisor::Action;
    if (action == Action::interrupt) {
      say("asks the job to stop; it has " + seconds_text(plan_.grace_seconds));
      // mpirun passes it on to all ranks; what else is in its group, such as ssh, would die of it.
      plan_.mpi ? child.signal(SIGUSR1) : child.signal_group(SIGUSR1);
    }
    if (action == Action::terminate) {
      say("the job does not end; ends it by force");
      child.signal_group(SIGTERM);
    }
    if (action == Action::kill) child.signal_group(SIGKILL);
  }

  const LaunchPlan& plan_;
  std::ostream& errors_;
  const ChildCommand command_;
  const Redactor redactor_;
  SignalQueue signals_;
  RankLogs logs_;
  double began_;
  std::optional<double> timeout_at_;
  MpirunNotes notes_;
};

}  // namespace

Variables own_environment() {
  Variables out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

int launch(const LaunchPlan& asked, std::ostream& out, std::ostream& errors) {
  LaunchPlan plan = asked;
  plan.folder = fs::absolute(plan.folder).lexically_normal();
  if (!plan.hostfile.empty()) plan.hostfile = fs::absolute(plan.hostfile);  // mpirun works in the plan's folder
  const StartCommand start = start_command(plan, own_environment());
  auto problems = obstacles(plan, start);
  if (problems.empty()) problems = make_folders(plan);
  const auto lock = problems.empty() ? lock_folder(plan.folder + "/user_logs") : std::nullopt;
  if (problems.empty() && !lock) problems.push_back("another launch is at work in " + plan.folder + "; wait for it, or stop it");
  for (const auto& problem : problems) errors << "terroir launch: " << problem << "\n";
  return problems.empty() ? Launcher(plan, start, out, errors).run() : static_cast<int>(Fault::mistake);
}

}  // namespace terroir
