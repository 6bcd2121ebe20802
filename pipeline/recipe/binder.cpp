#include "pipeline/recipe/binder.h"

#include "pipeline/recipe/section.h"

namespace terroir {
namespace {

const std::vector<std::string> types = {"string", "integer", "number", "boolean"};

/// Whether the children of a value are the maps whose `path` may hold names of paths.
bool holds_paths(const std::string& where) { return where == "inputs" || where == "outputs"; }

}  // namespace

Binder::Binder(const Value& document, const Bindings& bindings, Report& report) : bindings_(bindings), report_(report) {
  collect_path_names(document);
  const Value* declared = document.find("parameters");
  if (declared == nullptr || declared->is_null()) return;
  const Section section(declared, declared->at(), "parameters", {}, report);
  for (const auto& entry : section.entries()) read_parameter(entry);
}

void Binder::collect_path_names(const Value& document) {
  for (const char* kind : {"inputs", "outputs"}) {
    const Value* section = document.find(kind);
    if (section == nullptr) continue;
    for (const auto& entry : section->entries()) {
      const Value* path = entry.value.find("path");
      if (path == nullptr) continue;
      for (const auto& piece : split_placeholders(path->text()).pieces)
        if (const auto* p = std::get_if<Placeholder>(&piece)) (p->output ? output_names_ : input_names_).insert(p->name);
    }
  }
}

void Binder::read_parameter(const Value::Entry& entry) {
  const std::string& name = entry.key;
  const std::string where = "parameters." + name;
  const std::size_t before = report_.errors();
  check_name(name, entry.at, where, report_);
  Parameter& parameter = parameters_[name];
  parameter.at = entry.at;
  if (!entry.value.is_map()) {
    report_.error(entry.value.at(), where, "a parameter needs a type", "write " + name + ": {type: number, default: VALUE}");
    return;
  }
  const Section section(&entry.value, entry.at, where, {"type", "default", "description"}, report_);
  if (!section.require("type", "give type: " + list_words(types))) return;
  const auto type = section.choice("type", types);
  if (!type) return;
  parameter.type = types[*type];
  const auto given = bindings_.inputs.find(name);
  const Value* standard = section.get("default");
  std::optional<std::string> fallback;
  if (standard != nullptr) fallback = checked(parameter.type, *standard, standard->at(), where + ".default", "");
  if (given != bindings_.inputs.end())
    parameter.value = checked(parameter.type, Value::scalar(given->second, false), entry.at, where, "--input " + name + "=");
  else if (standard != nullptr)
    parameter.value = fallback;
  else if (report_.errors() == before)
    report_.error(entry.at, where, "nothing is given for it", "give --input " + name + "=VALUE or a default");
  if (parameter.value) literals_.emplace_back(name, *parameter.value);
}

std::optional<std::string> Binder::checked(const std::string& type, const Value& given, Position at, const std::string& where,
                                           const std::string& option) {
  std::optional<std::string> value;
  std::string wanted = "text";
  if (type == "integer") {
    wanted = "a whole number";
    if (const auto n = given.integer()) value = std::to_string(*n);
  } else if (type == "number") {
    wanted = "a number";
    if (const auto n = given.number()) value = number_text(*n);
  } else if (type == "boolean") {
    wanted = "true or false";
    if (const auto b = given.boolean()) value = *b ? "true" : "false";
  } else if (given.is_scalar() && !has_placeholder(given.text())) {
    value = given.text();
  }
  const std::string text = given.is_scalar() ? in_quotes(given.text()) : given.describe();
  if (!value) report_.error(at, where, option + text + " is not " + wanted, "give " + wanted);
  return value;
}

Value Binder::put_literals(const Value& document) { return put(document, "", 0, false); }

Value Binder::put(const Value& value, const std::string& where, int depth, bool is_path) {
  if (value.is_scalar()) return put_scalar(value, where, is_path);
  if (value.is_list()) {
    std::vector<Value> items;
    for (const Value& item : value.items()) items.push_back(put(item, where, depth + 1, false));
    return Value::list(std::move(items), value.at());
  }
  std::vector<Value::Entry> entries;
  for (const auto& entry : value.entries()) {
    if (depth == 0 && entry.key == "parameters") continue;
    const bool names_path = depth == 2 && entry.key == "path" && holds_paths(where.substr(0, where.find('.')));
    entries.push_back({entry.key, entry.at, put(entry.value, where.empty() ? entry.key : where + "." + entry.key, depth + 1, names_path)});
  }
  return value.is_map() ? Value::map(std::move(entries), value.at()) : value;
}

Value Binder::put_scalar(const Value& scalar, const std::string& where, bool is_path) {
  if (!has_placeholder(scalar.text())) return scalar;
  const Template parts = split_placeholders(scalar.text());
  for (const auto& complaint : parts.complaints) report_.error(scalar.at(), where, complaint.problem, complaint.remedy);
  bool whole = parts.complaints.empty();
  std::string text;
  for (const auto& piece : parts.pieces) {
    const auto* name = std::get_if<Placeholder>(&piece);
    if (name == nullptr) {
      text += std::get<std::string>(piece);
      continue;
    }
    const auto parameter = name->output ? parameters_.end() : parameters_.find(name->name);
    if (parameter != parameters_.end()) {
      parameter->second.used = true;
      whole = whole && parameter->second.value;
      text += parameter->second.value.value_or("");
    } else if (is_path && (!name->output || where.rfind("outputs.", 0) == 0)) {
      text += name->text();
    } else {
      complain_of_name(*name, scalar.at(), where);
      whole = false;
    }
  }
  if (!whole) report_.mute(scalar.at());
  const bool is_text = !parts.pieces.empty() && !std::holds_alternative<Placeholder>(parts.pieces.front());
  return Value::scalar(whole ? text : scalar.text(), scalar.plain() || (parts.pieces.size() == 1 && !is_text), scalar.at());
}

void Binder::complain_of_name(const Placeholder& placeholder, Position at, const std::string& where) {
  std::vector<std::string> declared;
  for (const auto& [name, parameter] : parameters_) declared.push_back(name);
  if (placeholder.output || input_names_.count(placeholder.name) > 0) {
    report_.error(
        at, where,
        in_quotes(placeholder.text()) + " is a path, which may stand only in " + (placeholder.output ? "the path of an output" : "`path`"),
        "move it there, or declare '" + placeholder.name + "' under parameters");
    return;
  }
  report_.error(at, where, in_quotes(placeholder.text()) + " is not declared",
                did_you_mean(placeholder.name, declared, "declare it, as parameters: {" + placeholder.name + ": {type: number}}"));
}

BoundPath Binder::bind_path(const std::string& text, Position at, const std::string& where) {
  const Template parts = split_placeholders(text);
  BoundPath bound{text, "", parts.complaints.empty()};
  for (const auto& piece : parts.pieces) {
    const auto* name = std::get_if<Placeholder>(&piece);
    if (name == nullptr) {
      const std::string& plain = std::get<std::string>(piece);
      while (bound.path.size() > 1 && bound.path.back() == '/' && plain.front() == '/') bound.path.pop_back();
      bound.path += plain;
      continue;
    }
    const auto& given = name->output ? bindings_.outputs : bindings_.inputs;
    const auto found = given.find(name->name);
    const std::string option = std::string(name->output ? "--output " : "--input ") + name->name + "=PATH";
    // A parameter's name still stands here only where its value is missing or wrong.
    bound.whole = bound.whole && found != given.end() && !found->second.empty() && (name->output || parameters_.count(name->name) == 0);
    if (found != given.end() && !found->second.empty()) {
      bound.path += found->second;
    } else if (missing_.emplace(name->output, name->name).second) {
      report_.error(at, where, "nothing is given for " + name->text(), "give " + option);
    }
  }
  return bound;
}

void Binder::report_unused() {
  for (const auto& [name, parameter] : parameters_)
    if (!parameter.used && report_.errors() == 0)
      report_.warn(parameter.at, "parameters." + name, "the parameter is not used", "remove it");
  std::vector<std::string> known(input_names_.begin(), input_names_.end());
  for (const auto& [name, parameter] : parameters_) known.push_back(name);
  for (const auto& [name, value] : bindings_.inputs)
    if (parameters_.count(name) == 0 && input_names_.count(name) == 0)
      report_.warn({}, "--input " + name, "the recipe has no ${{inputs." + name + "}}", did_you_mean(name, known, "remove it"));
  for (const auto& [name, value] : bindings_.outputs)
    if (output_names_.count(name) == 0)
      report_.warn({}, "--output " + name, "the recipe has no ${{outputs." + name + "}}",
                   did_you_mean(name, {output_names_.begin(), output_names_.end()}, "remove it"));
}

}  // namespace terroir
