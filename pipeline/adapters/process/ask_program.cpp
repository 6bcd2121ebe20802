#include "pipeline/adapters/process/ask_program.h"

#include "pipeline/adapters/process/child.h"
#include "pipeline/error.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace terroir {
namespace {

constexpr std::size_t most_text = 64 * 1024;

ChildCommand command_of(const std::vector<std::string>& words) {
  ChildCommand command{words, {}, ""};
  for (char** entry = environ; *entry != nullptr; ++entry) command.environment.emplace_back(*entry);
  return command;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::optional<ProgramAnswer> ask_program(const std::vector<std::string>& words, double seconds) {
  ProgramAnswer answer;
  const auto keep = [&](std::string_view line) {
    answer.text += line.substr(0, most_text - std::min(most_text, answer.text.size()));
    if (answer.text.size() < most_text) answer.text += '\n';
  };
  try {
    Child child(command_of(words), keep);
    const auto start = std::chrono::steady_clock::now();
    while (!child.end() && seconds_since(start) < seconds) child.wait(seconds - seconds_since(start));
    if (!child.end()) return answer;  // its end kills the child and what it has started
    answer.ended = true;
    answer.exit_code = child.end()->code;
    return answer;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace terroir
