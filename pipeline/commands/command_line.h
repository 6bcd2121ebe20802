#pragma once

#include <boost/program_options.hpp>

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace terroir {

/// What a command can be told.
struct CommandLine {
  std::string command, summary;
  std::string form;    ///< of the file that it wants, as "RECIPE|STORE"
  std::string wanted;  ///< the same in a sentence, as "a recipe"
  boost::program_options::options_description shown, hidden;
};

/// A file that the command is given, or nothing when the user has already been told what is wrong (or has been helped): then `exit_code`
/// is set. `take` reads the options, and says what is wrong with them.
[[nodiscard]] std::optional<std::string> read_command_line(
    const CommandLine& line, std::span<const std::string> arguments,
    const std::function<std::optional<std::string>(const boost::program_options::variables_map&)>& take, std::ostream& out,
    std::ostream& errors, int& exit_code);

/// Whether `--help` or `-h` is among the arguments, whatever the others are.
[[nodiscard]] bool asks_for_help(std::span<const std::string> arguments);

/// The texts NAME=VALUE of one option into a map, each name once; says what is wrong.
[[nodiscard]] std::optional<std::string> take_names(const boost::program_options::variables_map& given, const std::string& option,
                                                    std::map<std::string, std::string>& names);

/// Adds `--memory` and `--threads`.
void add_resources(boost::program_options::options_description& options);
/// Reads them, where they are given; says what is wrong.
[[nodiscard]] std::optional<std::string> take_resources(const boost::program_options::variables_map& given, std::size_t& memory,
                                                        int& threads);

}  // namespace terroir
