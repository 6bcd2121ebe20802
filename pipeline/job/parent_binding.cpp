#include "pipeline/job/parent_binding.h"

#include <algorithm>

namespace terroir {
namespace {

/// The pipeline's port of a name; complains when it has none.
template <typename Port>
const Port* declared_port(const std::vector<Port>& ports, const std::string& section, const std::string& name, const Value& value,
                          const std::string& where, Report& report) {
  const Port* port = find_port(ports, name);
  if (port == nullptr)
    report.error(value.at(), where, in_quotes(value.text()) + " is not declared",
                 did_you_mean(name, names_of(ports), "declare it under the " + section + " of the pipeline"));
  return port;
}

void refuse_name(const Value& value, const std::string& where, const std::string& remedy, Report& report) {
  report.error(value.at(), where, in_quotes(value.text()) + " is not known here", remedy);
}

}  // namespace

std::optional<std::vector<std::string>> parent_words(const Value& value) {
  constexpr std::string_view space = " \t", front = "parent.";
  std::string_view text = value.text();
  if (text.size() < 5 || text.substr(0, 3) != "${{" || text.substr(text.size() - 2) != "}}") return std::nullopt;
  text = text.substr(3, text.size() - 5);
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(space) - first + 1);
  if (text.substr(0, front.size()) != front || text.find_first_of(" ${}") != std::string_view::npos) return std::nullopt;
  std::vector<std::string> words;
  for (text.remove_prefix(front.size());; text.remove_prefix(text.find('.') + 1)) {
    words.emplace_back(text.substr(0, text.find('.')));
    if (text.find('.') == std::string_view::npos) return words;
  }
}

std::optional<JobInput> bound_input(const std::vector<std::string>& words, const Value& value, const std::string& where,
                                    const PipelineScope& pipeline, Report& report) {
  if (words.size() == 2 && words[0] == "inputs") {
    const JobInput* input = declared_port(pipeline.inputs, "inputs", words[1], value, where, report);
    return input == nullptr ? std::nullopt : std::optional(*input);
  }
  if (words.size() != 4 || words[0] != "jobs" || (words[2] != "outputs" && words[2] != "inputs")) {
    refuse_name(value, where, "write ${{parent.inputs.NAME}} or ${{parent.jobs.STEP.outputs.NAME}}", report);
    return std::nullopt;
  }
  if (std::find(pipeline.steps.begin(), pipeline.steps.end(), words[1]) == pipeline.steps.end()) {
    report.error(value.at(), where, "there is no step " + in_quotes(words[1]),
                 did_you_mean(words[1], pipeline.steps, "use " + list_words(pipeline.steps)));
    return std::nullopt;
  }
  JobInput input;
  input.place.kind = DataPlace::Kind::remote;
  input.place.text = value.text();
  return input;
}

std::optional<JobOutput> bound_output(const std::vector<std::string>& words, const Value& value, const std::string& where,
                                      const PipelineScope& pipeline, Report& report) {
  if (words.size() != 2 || words[0] != "outputs") {
    refuse_name(value, where, "write ${{parent.outputs.NAME}}", report);
    return std::nullopt;
  }
  const JobOutput* output = declared_port(pipeline.outputs, "outputs", words[1], value, where, report);
  return output == nullptr ? std::nullopt : std::optional(*output);
}

Value put_literals(const Value& value, const std::string& where, const PipelineScope& pipeline, Report& report) {
  if (value.is_scalar()) {
    const auto words = parent_words(value);
    if (!words) return value;
    const auto input = bound_input(*words, value, where, pipeline, report);
    if (!input) report.mute(value.at());
    if (!input || input->literal) return Value::scalar(input && input->value ? *input->value : "", true, value.at());
    refuse_name(value, where, "bind it to a literal", report);
    return value;
  }
  Value result = value;
  for (Value& item : result.items()) item = put_literals(item, where, pipeline, report);
  for (auto& entry : result.entries()) entry.value = put_literals(entry.value, where + "." + entry.key, pipeline, report);
  return result;
}

}  // namespace terroir
