#include "pipeline/commands/command_line.h"

#include "pipeline/commands/options.h"

#include <algorithm>
#include <ostream>

namespace terroir {
namespace {

namespace po = boost::program_options;

using Texts = std::vector<std::string>;

}  // namespace

std::optional<std::string> read_command_line(const CommandLine& line, std::span<const std::string> arguments,
                                             const std::function<std::optional<std::string>(const po::variables_map&)>& take,
                                             std::ostream& out, std::ostream& errors, int& exit_code) {
  po::options_description all;
  all.add(line.shown).add(line.hidden);
  all.add_options()("file", po::value<Texts>());
  po::positional_options_description places;
  places.add("file", -1);
  exit_code = 2;
  std::optional<std::string> problem;
  try {
    po::variables_map given;
    po::store(po::command_line_parser({arguments.begin(), arguments.end()}).options(all).positional(places).run(), given);
    if (given.count("help") > 0) {
      out << "terroir " << line.command << " " << line.form << " [options]\n" << line.summary << "\n\n" << line.shown;
      exit_code = 0;
      return std::nullopt;
    }
    problem = take(given);
    const std::size_t files = given.count("file") > 0 ? given["file"].as<Texts>().size() : 0;
    if (!problem && files == 1) return given["file"].as<Texts>().front();
    if (!problem) problem = files == 0 ? "name " + line.wanted : "name one file only";
  } catch (const po::error& error) {
    problem = error.what();
  }
  errors << "terroir " << line.command << ": " << *problem << "; see terroir " << line.command << " --help\n";
  return std::nullopt;
}

bool asks_for_help(std::span<const std::string> arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& word) { return word == "--help" || word == "-h"; });
}

std::optional<std::string> take_names(const po::variables_map& given, const std::string& option,
                                      std::map<std::string, std::string>& names) {
  if (given.count(option) == 0) return std::nullopt;
  for (const auto& text : given[option].as<Texts>()) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      return "--" + option + " " + text + " has no " + (equals == 0 ? "name" : "value") + "; give NAME=VALUE";
    if (!names.emplace(text.substr(0, equals), text.substr(equals + 1)).second)
      return "--" + option + " " + text.substr(0, equals) + " is given twice; keep one";
  }
  return std::nullopt;
}

void add_resources(po::options_description& options) {
  options.add_options()("memory", po::value<std::string>()->value_name("SIZE"),
                        "allowed for each rank, as 2G; default: 80 % of what the node has, divided by its ranks");
  options.add_options()("threads", po::value<int>()->value_name("N"),
                        "compute threads of each rank; default: the rank's share of the processors");
}

std::optional<std::string> take_resources(const po::variables_map& given, std::size_t& memory, int& threads) {
  if (given.count("memory") > 0) {
    const auto bytes = parse_bytes(given["memory"].as<std::string>());
    if (!bytes || *bytes == 0) return "--memory " + given["memory"].as<std::string>() + " is no size; give one as 2G or 500M";
    memory = *bytes;
  }
  if (given.count("threads") > 0) {
    threads = given["threads"].as<int>();
    if (threads < 1 || threads > 1024) return "--threads must be between 1 and 1024";
  }
  return std::nullopt;
}

}  // namespace terroir
