#pragma once

#include "pipeline/plan/plan.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// The layers of a step's `data`, and the names by which the step knows them.
struct Connected {
  std::vector<LayerId> layers;
  std::vector<std::string> names;
};

/// Which layers each input and step of a recipe has. What had a mistake of its own is broken: of what refers to it nothing is said.
class LayerNames {
 public:
  LayerNames(const Recipe& recipe, const Plan& plan, std::vector<Diagnostic>& diagnostics)
      : recipe_(recipe), plan_(plan), diagnostics_(diagnostics) {}

  [[nodiscard]] std::vector<LayerId>& of(const std::string& name) { return layers_[name]; }
  void set_broken(const std::string& name, bool broken) { broken_[name] = broken; }
  /// Breaks an input or step; false when it was broken before.
  bool breaks(const std::string& name) { return !std::exchange(broken_[name], true); }
  [[nodiscard]] bool is_input(const std::string& name) const;

  /// The layers that references mean, with the names by which a step over them knows them. Nothing when one is wrong, of which it
  /// complains at `where`.
  [[nodiscard]] std::optional<Connected> resolve(const std::vector<Reference>& references, const std::string& where);

  /// The layer of a step's data that has a name, else that whose variable has it: the one layer of a step answers to the step's name, too.
  [[nodiscard]] std::optional<LayerId> called(const std::string& name, const Connected& data) const;

  /// Complains of a layer that a step needs and its data has not; an input gives those of classes only by name.
  void complain_of_band(const StepSpec& step, const std::string& band, const Connected& data);

 private:
  [[nodiscard]] std::optional<std::vector<LayerId>> layers_of(const Reference& reference, const std::string& where);

  const Recipe& recipe_;
  const Plan& plan_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::string, std::vector<LayerId>> layers_;
  std::map<std::string, bool> broken_;
};

/// Where what is connected to a port stands, else the step.
[[nodiscard]] Position place_of(const StepSpec& step, const std::vector<Reference>& port);

}  // namespace terroir
