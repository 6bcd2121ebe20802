#pragma once

#include <string>
#include <vector>

namespace terroir {

/// A part of a command line: text that the shell would read, or a value that stays as it is wherever it stands (a path).
struct ShellPart {
  std::string text;
  bool value = false;
};

/// A command line as a POSIX shell would cut it into words, without expanding anything.
struct ShellWords {
  std::vector<std::string> words;
  std::string shell;      ///< what needs a shell, as "'|'"; empty: nothing does
  bool unclosed = false;  ///< a quote is not closed, and nothing before it needs a shell
};

[[nodiscard]] ShellWords split_words(const std::vector<ShellPart>& parts);

/// The commands that a shell would run of a line, one after the other or at once: cut at `;`, `&`, `|` and the ends of lines.
[[nodiscard]] std::vector<ShellWords> split_commands(const std::vector<ShellPart>& parts);

/// The command line as one text for a shell: values are quoted for the place where they stand.
[[nodiscard]] std::string shell_text(const std::vector<ShellPart>& parts);

/// A word as a person would type it: in quotes where a shell would read it differently.
[[nodiscard]] std::string quoted_word(const std::string& word);

}  // namespace terroir
