#include "pipeline/job/command_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace terroir {
namespace {

using PieceKind = CommandPiece::Kind;

/// Nobody reads more of one command.
constexpr std::size_t most_mistakes = 100;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\n\r";
  const auto first = text.find_first_not_of(space);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// Cuts a command from its front to its end.
class Splitter {
 public:
  explicit Splitter(std::string_view command) : rest_(command) {}

  CommandText split() {
    while (!rest_.empty()) {
      if (starts("${{"))
        take_placeholder("${{", "}}");
      else if (!after_brace_ && (starts("{inputs.") || starts("{outputs.")) && closes_singly())
        take_single_braces();
      else if (starts("$[["))
        open_group();
      else if (group_ > 0 && starts("]]"))
        close_group();
      else
        take_character();
    }
    if (group_ > 0) result_.complaints.push_back({"'$[[' is not closed", "close it with ]]"});
    end_text();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool starts(std::string_view front) const { return rest_.substr(0, front.size()) == front; }

  /// Whether the next brace closes once: {inputs.x} and not {inputs.x}}.
  [[nodiscard]] bool closes_singly() const {
    const auto end = rest_.find('}');
    return end != std::string_view::npos && rest_.substr(end, 2) != "}}";
  }

  void take_character() {
    after_brace_ = rest_.front() == '{';
    text_ += rest_.front();
    rest_.remove_prefix(1);
  }

  void take_placeholder(std::string_view opening, std::string_view closing) {
    const auto end = rest_.find(closing, opening.size());
    if (end == std::string_view::npos) {
      result_.complaints.push_back({"'" + std::string(opening) + "' is not closed", "write ${{inputs.NAME}} or ${{outputs.NAME}}"});
      rest_ = {};
      return;
    }
    end_text();
    add(trimmed(rest_.substr(opening.size(), end - opening.size())));
    rest_.remove_prefix(end + closing.size());
  }

  void take_single_braces() {
    result_.single_braces = true;
    take_placeholder("{", "}");
  }

  void open_group() {
    if (group_ > 0) result_.complaints.push_back({"'$[[' stands in another '$[['", "close the first with ]]"});
    end_text();
    group_ = ++groups_;
    rest_.remove_prefix(3);
  }

  void close_group() {
    end_text();
    group_ = 0;
    rest_.remove_prefix(2);
  }

  void end_text() {
    if (!text_.empty()) result_.pieces.push_back({PieceKind::text, std::exchange(text_, ""), group_});
    after_brace_ = false;
  }

  /// What stands between the braces.
  void add(std::string_view inside) {
    const auto dot = inside.find('.');
    const std::string kind(inside.substr(0, dot));
    const std::string name(dot == std::string_view::npos ? std::string_view{} : inside.substr(dot + 1));
    const std::string whole = in_quotes("${{" + std::string(inside) + "}}");
    if (kind == "parent")
      result_.complaints.push_back({whole + " is not known in a command", "hand it to the step as an input, and write ${{inputs.NAME}}"});
    else if (kind == "search_space")
      result_.complaints.push_back({whole + " belongs to a sweep job", "make an input of it"});
    else if (inside == "name" || inside == "default_datastore" || inside == "output_name")
      result_.complaints.push_back({whole + " is replaced only in the path of an output", "use ${{outputs.NAME}}"});
    else if (kind != "inputs" && kind != "outputs")
      result_.complaints.push_back(
          {whole + " is not known here", did_you_mean(kind, {"inputs", "outputs"}, "use ${{inputs.NAME}} or ${{outputs.NAME}}")});
    else if (!is_name(name))
      result_.complaints.push_back({whole + " names nothing", "write ${{" + kind + ".NAME}}"});
    else
      result_.pieces.push_back({kind == "inputs" ? PieceKind::input : PieceKind::output, name, group_});
  }

  std::string_view rest_;
  CommandText result_;
  std::string text_;
  int group_ = 0, groups_ = 0;
  bool after_brace_ = false;
};

/// Complains of a piece that names nothing declared, or an optional input where it must have a value.
void check_piece(const CommandJob& job, const CommandPiece& piece, Report& report) {
  const bool output = piece.kind == PieceKind::output;
  const std::string section = output ? "outputs" : "inputs";
  const bool declared = output ? job.output(piece.text) != nullptr : job.input(piece.text) != nullptr;
  if (!declared) {
    const auto names = output ? names_of(job.outputs) : names_of(job.inputs);
    report.error(job.command_at, "command", in_quotes("${{" + section + "." + piece.text + "}}") + " is not declared",
                 did_you_mean(piece.text, names, "declare it under " + section));
    return;
  }
  if (output || piece.group > 0 || !job.input(piece.text)->optional) return;
  report.error(job.command_at, "command", "the optional input '" + piece.text + "' stands outside of $[[ ]]",
               "write $[[--" + piece.text + " ${{inputs." + piece.text + "}}]]");
}

void check_groups(const CommandJob& job, const CommandText& text, Report& report) {
  std::map<int, bool> optional;
  for (const auto& piece : text.pieces) {
    const JobInput* input = piece.group > 0 && piece.kind == PieceKind::input ? job.input(piece.text) : nullptr;
    optional[piece.group] |= piece.group == 0 || (input != nullptr && input->optional);
  }
  if (std::any_of(optional.begin(), optional.end(), [](const auto& group) { return !group.second; }))
    report.error(job.command_at, "command", "a $[[ ]] holds no optional input",
                 "remove the brackets; only a component has optional inputs");
}

/// Names that a command uses: by a placeholder, or by the environment variable that Azure ML sets.
std::set<std::string> used_names(const CommandJob& job, const CommandText& text, PieceKind kind) {
  std::set<std::string> names;
  for (const auto& piece : text.pieces)
    if (piece.kind == kind) names.insert(piece.text);
  const std::string variable = kind == PieceKind::input ? "AZURE_ML_INPUT_" : "AZURE_ML_OUTPUT_";
  for (auto at = job.command.find(variable); at != std::string::npos; at = job.command.find(variable, at + 1)) {
    const auto begin = job.command.begin() + static_cast<std::ptrdiff_t>(at + variable.size());
    names.emplace(begin, std::find_if(begin, job.command.end(), [](char c) { return !is_name(std::string("_") + c); }));
  }
  return names;
}

template <typename Port>
void warn_of_unused(const std::vector<Port>& ports, const std::string& section, const std::set<std::string>& used, Report& report) {
  for (const auto& port : ports)
    if (used.count(port.name) == 0)
      report.warn(port.at, section + "." + port.name, "the command does not use it",
                  "add ${{" + section + "." + port.name + "}}, or remove it");
}

}  // namespace

CommandText split_command(std::string_view command) { return Splitter(command).split(); }

void check_command(const CommandJob& job, Report& command, Report& uses) {
  const CommandText text = split_command(job.command);
  for (const auto& complaint : text.complaints) command.error(job.command_at, "command", complaint.problem, complaint.remedy);
  std::set<std::pair<PieceKind, std::string>> told;
  for (const auto& piece : text.pieces)
    if (piece.kind != PieceKind::text && command.errors() < most_mistakes && told.emplace(piece.kind, piece.text).second)
      check_piece(job, piece, command);
  check_groups(job, text, command);
  if (text.single_braces)
    command.warn(job.command_at, "command", "{inputs.NAME} is an old form that Azure ML's client still replaces", "write ${{inputs.NAME}}");
  if (job.command.find("\\\n") != std::string::npos)
    command.error(job.command_at, "command", "Azure ML does not continue a line that ends with a backslash",
                  "fold the lines with command: >-");
  if (uses.errors() > 0) return;
  warn_of_unused(job.inputs, "inputs", used_names(job, text, PieceKind::input), uses);
  warn_of_unused(job.outputs, "outputs", used_names(job, text, PieceKind::output), uses);
}

}  // namespace terroir
