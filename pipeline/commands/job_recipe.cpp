#include "pipeline/commands/job_recipe.h"

#include "pipeline/adapters/process/machine.h"
#include "pipeline/commands/all_commands.h"
#include "pipeline/commands/load.h"
#include "pipeline/job/command_text.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <sstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;

/// Stands in a folder for a while: a recipe's relative paths begin where the job runs.
class StandingIn {
 public:
  explicit StandingIn(const std::string& folder) : before_(fs::current_path()) { fs::current_path(folder); }
  ~StandingIn() {
    std::error_code error;
    fs::current_path(before_, error);
  }
  StandingIn(const StandingIn&) = delete;
  StandingIn& operator=(const StandingIn&) = delete;

 private:
  fs::path before_;
};

class RecipeCheck {
 public:
  RecipeCheck(const CommandJob& job, const PlannedLaunch& planned, std::string here)
      : job_(job), planned_(planned), here_(std::move(here)) {}

  std::vector<JobFinding> check() {
    for (const ShellWords& command : planned_.commands) {
      moved_ = moved_ || std::any_of(command.words.begin(), command.words.end(), changes_folder);
      const auto program = find_terroir(command.words);
      if (command.words.end() - program < 2) continue;
      const std::string& name = program[1];
      if (name == "run") check_run(command, program);
      if (!command.shell.empty() || find_command(name) != nullptr || name == "help" || name.starts_with("-")) continue;
      const Complaint unknown = unknown_command(name);
      tell("command", unknown.problem, unknown.remedy);
    }
    return std::move(findings_);
  }

 private:
  using Word = std::vector<std::string>::const_iterator;

  /// Also at the beginning of what a shell runs by itself, as (cd there; ...).
  static bool changes_folder(const std::string& word) {
    const std::string bare = word.substr(std::min(word.find_first_not_of('('), word.size()));
    return bare == "cd" || bare == "pushd";
  }

  /// The program, which may stand behind one that starts others and has options with paths.
  static Word find_terroir(const std::vector<std::string>& words) {
    constexpr std::array<std::string_view, 6> starters = {"mpirun", "mpiexec", "exec", "time", "nice", "env"};
    const auto is_program = [](const std::string& word) { return file_name(word) == "terroir"; };
    if (words.empty() || is_program(words[0])) return words.begin();
    if (std::find(starters.begin(), starters.end(), file_name(words[0])) == starters.end()) return words.end();
    const auto runs = [&](const std::string& word, const std::string& next) { return is_program(word) && find_command(next) != nullptr; };
    return std::adjacent_find(words.begin(), words.end(), runs);
  }

  void check_run(const ShellWords& command, Word program) {
    if (!command.shell.empty())
      return tell("command", "the shell has a part in what `terroir run` gets (" + command.shell + "), so it was not checked",
                  "write it so that no shell is needed", true);
    auto options = run_options({program + 2, command.words.end()});
    if (!options) return;
    if (program == command.words.begin()) check_ranks(options->expect_ranks);
    if (moved_)
      return tell("command", "where the job finds " + options->recipe + " after cd is not known, so it was not checked",
                  "name it from the folder of the code, without cd", true);
    if (find_recipe(*options)) check_recipe(*options);
  }

  void check_ranks(int expected) {
    if (expected == 0 || !planned_.plan || planned_.plan->ranks == expected) return;
    tell("command", "--expect-ranks " + std::to_string(expected) + ", and the job starts " + std::to_string(planned_.plan->ranks),
         "change it, or resources.instance_count and distribution.process_count_per_instance");
  }

  void tell(const std::string& where, const std::string& problem, const std::string& remedy, bool is_note = false) {
    findings_.push_back({job_.command_file, {job_.command_at, where, problem, remedy, false}, is_note});
  }

  /// The options of `terroir run`, or what is wrong with them.
  std::optional<RecipeOptions> run_options(const std::vector<std::string>& arguments) {
    std::ostringstream out, errors;
    int code = 0;
    auto options = parse_recipe_options("run", "", arguments, out, errors, code);
    if (!options && code != 0) {
      std::string text = errors.str();
      text = text.substr(0, text.find("; see terroir run --help"));
      tell("command", text, "see terroir run --help");
    }
    return options;
  }

  /// Finds the recipe where the job finds it: in the folder of its code.
  bool find_recipe(RecipeOptions& options) {
    folder_ = job_.code.kind == DataPlace::Kind::local ? job_.code.name : "";
    const bool cloud = options.recipe.find("://") != std::string::npos || options.recipe.rfind("azureml:", 0) == 0;
    const bool absolute = !options.recipe.empty() && options.recipe.front() == '/';
    shown_ = absolute || folder_.empty() ? options.recipe : path_in(folder_, options.recipe);
    std::error_code error;
    const fs::path normal = fs::path(options.recipe).lexically_normal();
    if (!cloud && !absolute && !folder_.empty() && !normal.empty() && *normal.begin() == "..") {
      tell("command", "the recipe " + options.recipe + " lies outside of the folder of the code, which is all that the job gets",
           "put it into that folder");
      return false;
    }
    if (!cloud && (absolute || !folder_.empty()) && fs::exists(path_in(here_, shown_), error)) return true;
    if (cloud || absolute)
      tell("command", "the recipe " + shown_ + " is not on this machine and was not checked",
           "see that it stands in the job's image or storage", true);
    else if (job_.code.kind == DataPlace::Kind::none)
      tell("command", "the job finds no recipe " + shown_ + ", because it has no code", "give code: the folder of the recipe");
    else if (!folder_.empty())
      tell("command", "there is no recipe " + shown_, "put it into the folder of the code, or check the path");
    return false;
  }

  void check_recipe(RecipeOptions options) {
    // What a node of the job may take is not known here.
    if (options.memory == 0) options.memory = std::numeric_limits<std::size_t>::max() / 4;
    const StandingIn folder(folder_.empty() ? here_ : path_in(here_, folder_));
    if (!uses_cloud(options)) {
      take(load_plan(options, {1, 1, allowed_processors()}).compiled.diagnostics, options);
      return;
    }
    take(load_recipe(options).parsed.diagnostics, options);
    findings_.push_back({shown_,
                         {{},
                          "",
                          "the files of its inputs are not all on this machine, and their headers were not checked",
                          "bind them with --input NAME=PATH",
                          false},
                         true});
  }

  [[nodiscard]] bool uses_cloud(const RecipeOptions& options) const {
    return std::any_of(planned_.cloud.begin(), planned_.cloud.end(), [&](const std::string& name) {
      const std::string& text = planned_.inputs.at(name);
      const auto& bound = options.bindings.inputs;
      return std::any_of(bound.begin(), bound.end(), [&](const auto& b) { return b.second.find(text) != std::string::npos; });
    });
  }

  /// Puts what the recipe's checks found into the job's list.
  void take(const std::vector<Diagnostic>& found, const RecipeOptions& options) {
    for (const auto& diagnostic : found)
      if (!take_literal(diagnostic, options) && !take_binding(diagnostic)) take_own(diagnostic);
  }

  /// A literal of the job that is none of the recipe's parameter: told where the job gives it.
  bool take_literal(const Diagnostic& diagnostic, const RecipeOptions& options) {
    const std::string section = "parameters.";
    if (diagnostic.where.rfind(section, 0) != 0) return false;
    const std::string name = diagnostic.where.substr(section.size()), front = "--input " + name + "=";
    if (diagnostic.problem.rfind(front, 0) != 0 || options.bindings.inputs.count(name) == 0) return false;
    const JobInput* input = source_of(name);
    const std::string problem = diagnostic.problem.substr(front.size()) + ", as the parameter '" + name + "' of " + shown_ + " wants it";
    if (input == nullptr)
      tell("command", problem, diagnostic.remedy);
    else
      findings_.push_back({job_.file, {input->at, "inputs." + input->name, problem, diagnostic.remedy, false}, false});
    return true;
  }

  /// The job's input that `--input NAME=${{inputs.X}}` hands over.
  [[nodiscard]] const JobInput* source_of(const std::string& name) const {
    const std::string end = name + "=";
    const auto pieces = split_command(job_.command).pieces;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      const std::string& before = pieces[i - 1].text;
      const bool named = before.size() > end.size() && before.compare(before.size() - end.size(), end.size(), end) == 0 &&
                         !is_name("_" + before.substr(before.size() - end.size() - 1, 1));
      if (named && pieces[i].kind == CommandPiece::Kind::input) return job_.input(pieces[i].text);
    }
    return nullptr;
  }

  /// What the command gives and the recipe does not want.
  bool take_binding(const Diagnostic& diagnostic) {
    if (diagnostic.at.line > 0 || (diagnostic.where.rfind("--input ", 0) != 0 && diagnostic.where.rfind("--output ", 0) != 0)) return false;
    Diagnostic own = diagnostic;
    own.at = job_.command_at;
    own.where = "command: " + diagnostic.where;
    findings_.push_back({job_.command_file, own, false});
    return true;
  }

  void take_own(Diagnostic diagnostic) {
    // "give --input dem=PATH" is for those who type the command.
    if (diagnostic.remedy.rfind("give --", 0) == 0) diagnostic.remedy += " in the command of " + job_.command_file;
    findings_.push_back({shown_, std::move(diagnostic), false});
  }

  const CommandJob& job_;
  const PlannedLaunch& planned_;
  std::string here_, folder_, shown_;
  bool moved_ = false;  ///< a command before has left the folder of the code
  std::vector<JobFinding> findings_;
};

}  // namespace

std::vector<JobFinding> check_recipe_of(const CommandJob& job, const PlannedLaunch& planned, const std::string& here) {
  return RecipeCheck(job, planned, here).check();
}

}  // namespace terroir
