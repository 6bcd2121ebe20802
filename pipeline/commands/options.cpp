#include "pipeline/commands/options.h"

#include "pipeline/commands/command_line.h"

#include <cmath>
#include <cstdio>

namespace terroir {
namespace {

namespace po = boost::program_options;

po::options_description visible_options(const std::string& command) {
  po::options_description options("Options");
  auto add = options.add_options();
  add("input", po::value<std::vector<std::string>>()->value_name("NAME=VALUE")->composing(),
      "what ${{inputs.NAME}} stands for: a path, or a declared parameter's value");
  add("output", po::value<std::vector<std::string>>()->value_name("NAME=PATH")->composing(), "what ${{outputs.NAME}} stands for");
  add_resources(options);
  if (command == "run") {
    add("overwrite", "start over where the outputs hold another run");
    add("verify", "when resuming, read finished objects and compare their checksums");
    add("expect-ranks", po::value<int>()->value_name("N"), "refuse to run as a job of another number of ranks");
    add("quiet", "print errors only");
    add("schedule", po::value<std::string>()->value_name("dynamic|static")->default_value("dynamic"), "how tiles are shared by ranks");
  }
  add("json", command == "run" ? "print the summary as JSON" : "print the plan as JSON");
  add("help,h", "print this");
  return options;
}

std::optional<Shape> parse_block(const std::string& text) {
  long long rows = 0, cols = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%lldx%lld%c", &rows, &cols, &rest) != 2 || rows < 1 || cols < 1) return std::nullopt;
  return Shape{rows, cols};
}

/// Reads what boost has parsed; a text says what is wrong.
std::optional<std::string> take(const po::variables_map& given, RecipeOptions& options) {
  if (auto problem = take_names(given, "input", options.bindings.inputs)) return problem;
  if (auto problem = take_names(given, "output", options.bindings.outputs)) return problem;
  if (auto problem = take_resources(given, options.memory, options.threads)) return problem;
  if (given.count("expect-ranks") > 0) {
    options.expect_ranks = given["expect-ranks"].as<int>();
    if (options.expect_ranks < 1) return "--expect-ranks must be 1 or more";
  }
  if (given.count("block") > 0) {
    options.block = parse_block(given["block"].as<std::string>());
    if (!options.block) return "--block must be ROWSxCOLS";
  }
  if (given.count("schedule") > 0) {
    const auto schedule = given["schedule"].as<std::string>();
    if (schedule != "dynamic" && schedule != "static") return "--schedule must be dynamic or static";
    options.fixed_schedule = schedule == "static";
  }
  options.rechunk = given.count("no-rechunk") == 0;
  options.overwrite = given.count("overwrite") > 0;
  options.verify = given.count("verify") > 0;
  options.quiet = given.count("quiet") > 0;
  options.json = given.count("json") > 0;
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> parse_bytes(const std::string& text) {
  double value = 0;
  char unit[8] = {};
  const int found = std::sscanf(text.c_str(), "%lf%7s", &value, unit);
  if (found < 1 || !std::isfinite(value) || value < 0) return std::nullopt;
  const std::string name = unit;
  const std::string letters = "KMGT";
  if (name.empty() || name == "B") return static_cast<std::size_t>(value);
  const std::size_t power = letters.find(static_cast<char>(std::toupper(name[0])));
  const std::string rest = name.substr(1);
  if (power == std::string::npos || (!rest.empty() && rest != "B" && rest != "iB")) return std::nullopt;
  return static_cast<std::size_t>(std::ldexp(value, 10 * static_cast<int>(power + 1)));
}

std::optional<RecipeOptions> parse_recipe_options(const std::string& command, const std::string& summary,
                                                  std::span<const std::string> arguments, std::ostream& out, std::ostream& errors,
                                                  int& exit_code) {
  CommandLine line{command, summary, command == "run" ? "RECIPE|STORE" : "RECIPE", "a recipe", visible_options(command), {}};
  line.hidden.add_options()("block", po::value<std::string>());
  line.hidden.add_options()("no-rechunk", "");
  RecipeOptions options;
  const auto recipe = read_command_line(
      line, arguments, [&](const po::variables_map& given) { return take(given, options); }, out, errors, exit_code);
  if (!recipe) return std::nullopt;
  options.recipe = *recipe;
  return options;
}

}  // namespace terroir
