#include "pipeline/plan/layer_names.h"

#include <algorithm>

namespace terroir {

Position place_of(const StepSpec& step, const std::vector<Reference>& port) { return port.empty() ? step.at : port.front().at; }

bool LayerNames::is_input(const std::string& name) const {
  return std::any_of(recipe_.inputs.begin(), recipe_.inputs.end(), [&](const InputSpec& i) { return i.name == name; });
}

std::optional<Connected> LayerNames::resolve(const std::vector<Reference>& references, const std::string& where) {
  Connected connected;
  for (const auto& reference : references) {
    if (layers_.count(reference.name) == 0 || broken_[reference.name]) return std::nullopt;
    const auto found = layers_of(reference, where);
    if (!found) return std::nullopt;
    for (const LayerId id : *found) {
      connected.layers.push_back(id);
      connected.names.push_back(references.size() == 1 ? plan_.layers[id].info.name : plan_.layers[id].variable);
    }
  }
  return connected;
}

std::optional<std::vector<LayerId>> LayerNames::layers_of(const Reference& reference, const std::string& where) {
  std::vector<LayerId> found;
  std::vector<std::string> known;
  for (const LayerId id : layers_[reference.name]) {
    const LayerInfo& info = plan_.layers[id].info;
    known.push_back(info.name);
    if (reference.layer.empty() ? !(info.categorical && is_input(reference.name)) : info.name == reference.layer) found.push_back(id);
  }
  // A single layer answers to its own name even when categorical.
  if (found.empty() && reference.layer.empty() && known.size() == 1) found = layers_[reference.name];
  if (!found.empty()) return found;
  if (known.empty()) return std::nullopt;
  if (reference.layer.empty()) {
    diagnostics_.push_back({reference.at, where, "'" + reference.name + "' holds classes only, which are taken by their names",
                            "name one, as " + reference.name + "." + known.front(), false});
    return std::nullopt;
  }
  const auto near = nearest_word(reference.layer, known);
  diagnostics_.push_back({reference.at, where, "'" + reference.name + "' has no layer '" + reference.layer + "'",
                          (near ? "did you mean '" + reference.name + "." + *near + "'? " : "") + "Layers: " + list_words(known, "and"),
                          false});
  return std::nullopt;
}

std::optional<LayerId> LayerNames::called(const std::string& name, const Connected& data) const {
  for (std::size_t i = 0; i < data.layers.size(); ++i)
    if (data.names[i] == name) return data.layers[i];
  for (const LayerId id : data.layers)
    if (plan_.layers[id].variable == name) return id;
  return std::nullopt;
}

void LayerNames::complain_of_band(const StepSpec& step, const std::string& band, const Connected& data) {
  const std::vector<Reference>& references = step.inputs[0].second;
  const auto complain = [&](const std::string& why, const std::string& remedy) {
    diagnostics_.push_back({place_of(step, references), "steps." + step.name + ".data",
                            "'" + step.process->info.name + "' needs a layer '" + band + "', which " + why, remedy, false});
  };
  for (const Reference& reference : references)
    for (const LayerId id : layers_[reference.name])
      if (plan_.layers[id].info.name == band && plan_.layers[id].info.categorical && reference.layer.empty())
        return complain("holds classes and is taken only by its name", "name each layer, as data: [..., " + reference.name + "." + band +
                                                                           "], where it is called " + plan_.layers[id].variable);
  complain("data has not", "data has " + list_words(data.names, "and") + "; use these names, or name the bands accordingly in the input");
}

}  // namespace terroir
