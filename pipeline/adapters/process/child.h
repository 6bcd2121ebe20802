#pragma once

#include "pipeline/adapters/process/descriptor.h"
#include "pipeline/adapters/process/lines.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// A program to start, without a shell.
struct ChildCommand {
  std::vector<std::string> words;        ///< the program, looked for in the PATH of `environment`, and its arguments
  std::vector<std::string> environment;  ///< "NAME=value", all of it
  std::string folder;                    ///< the working folder; empty: that of this process
};

/// How a process ended.
struct ChildEnd {
  int code = 0;    ///< its exit code; 128 + `signal` when a signal ended it, as a shell says it
  int signal = 0;  ///< 0: it ended by itself
};

/// The file that a command starts: `name` itself when it has a slash, else the first executable of that name in the folders of `path`.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name, const std::string& path);

/// A running program, in a process group of its own, that reads nothing and whose output is read here. It gets SIGTERM when this process
/// dies, and its group SIGKILL when the object is destroyed before it has ended. The thread that makes it must outlive it.
class Child {
 public:
  /// Starts; both streams' lines go to `output`. Throws Error(Fault::system) when the program cannot be started.
  Child(const ChildCommand& command, LineHandler output);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t id() const noexcept { return id_; }
  void signal(int number) const;        ///< to the process alone
  void signal_group(int number) const;  ///< to the whole group

  /// Passes on what the child prints, until something happens: output, its end, or `wake` (a descriptor) becomes readable. At most
  /// `seconds`.
  void wait(double seconds, int wake = -1);
  /// How it ended; nothing while it runs. Then all that it has printed has been passed on.
  [[nodiscard]] const std::optional<ChildEnd>& end() const noexcept { return end_; }

 private:
  void drain();
  void reap();

  pid_t id_ = -1;
  Descriptor process_, output_;
  LineHandler handler_;
  Lines lines_;
  std::optional<ChildEnd> end_;
};

}  // namespace terroir
