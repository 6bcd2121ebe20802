#include "pipeline/adapters/process/child.h"

#include "pipeline/error.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <sstream>

namespace terroir {
namespace {

[[noreturn]] void refuse(const std::string& what, int error, const std::string& remedy) {
  throw Error(Fault::system, what + ": " + std::strerror(error) + "; " + remedy);
}

std::array<Descriptor, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) refuse("a pipe cannot be made", errno, "allow more open files (ulimit -n)");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const auto& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

std::string value_of(const std::vector<std::string>& environment, const std::string& name) {
  for (const auto& variable : environment)
    if (variable.starts_with(name + "=")) return variable.substr(name.size() + 1);
  return {};
}

/// All that happens between fork and exec: calls that are safe there, on what was prepared before.
struct Start {
  const char* program;
  char* const* words;
  char* const* environment;
  const char* folder;
  int input, output, failure;
  pid_t parent;

  [[noreturn]] void run() const noexcept {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);  // it died before it was watched
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGCHLD}) std::signal(number, SIG_DFL);
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);  // nobody's files and locks but its own
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(output, STDERR_FILENO) >= 0 &&
        (*folder == 0 || ::chdir(folder) == 0))
      ::execve(program, words, environment);
    const int error = errno;
    (void)!::write(failure, &error, sizeof error);
    ::_exit(127);
  }
};

}  // namespace

std::optional<std::string> find_program(const std::string& name, const std::string& path) {
  if (name.find('/') != std::string::npos) return name;
  std::istringstream folders(path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return std::nullopt;
}

Child::Child(const ChildCommand& command, LineHandler output) : handler_(std::move(output)) {
  const std::string& name = command.words.at(0);
  const auto program = find_program(name, value_of(command.environment, "PATH"));
  if (!program) throw Error(Fault::system, name + " is not in a folder of PATH; install it, or add its folder to PATH");
  const Descriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  auto [reading, writing] = make_pipe();
  auto [why, failure] = make_pipe();
  const auto words = pointers(command.words), environment = pointers(command.environment);
  const Start start{program->c_str(), words.data(), environment.data(), command.folder.c_str(), input.get(), writing.get(), failure.get(),
                    ::getpid()};
  id_ = ::fork();
  if (id_ < 0) refuse(name + " cannot be started", errno, "allow more processes (ulimit -u)");
  if (id_ == 0) start.run();
  ::setpgid(id_, id_);  // whoever comes first: a signal to the group must not miss it
  writing.close();
  failure.close();
  int error = 0;
  if (::read(why.get(), &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
    ::waitpid(id_, nullptr, 0);
    refuse(name + " cannot be started in " + (command.folder.empty() ? "." : command.folder), error,
           "check that the program can be executed and that the folder exists");
  }
  process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));  // glibc 2.36 declares no pidfd_open for C++
  output_ = std::move(reading);
  ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
}

Child::~Child() {
  if (end_) return;
  signal_group(SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

void Child::signal(int number) const {
  if (!end_) ::kill(id_, number);
}

void Child::signal_group(int number) const {
  if (!end_) ::kill(-id_, number);
}

void Child::wait(double seconds, int wake) {
  if (end_) return;
  // A negative descriptor is passed over: the output may end before the process does.
  std::array<pollfd, 3> events{{{process_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}, {wake, POLLIN, 0}}};
  const int milliseconds = static_cast<int>(std::ceil(std::clamp(seconds, 0.0, 1e6) * 1000));
  if (::poll(events.data(), events.size(), milliseconds) <= 0) return;
  if (events[1].revents != 0) drain();
  if (events[0].revents != 0) reap();
}

void Child::drain() {
  // Twice what a pipe holds, so that a process that never stops talking cannot keep this one.
  std::array<char, 65536> bytes{};
  for (int reads = 0; reads < 2 && output_.open(); ++reads) {
    const ssize_t count = ::read(output_.get(), bytes.data(), bytes.size());
    if (count > 0) {
      lines_.add({bytes.data(), static_cast<std::size_t>(count)}, handler_);
    } else if (count == 0) {
      output_.close();
    } else if (errno != EINTR) {
      return;  // nothing more for now
    }
  }
}

void Child::reap() {
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) != id_) return;
  drain();
  lines_.finish(handler_);
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end_ = ChildEnd{signal != 0 ? 128 + signal : WEXITSTATUS(status), signal};
}

}  // namespace terroir
