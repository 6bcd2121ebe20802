#include "pipeline/plan/elevation_units.h"

#include <algorithm>
#include <cstdio>

namespace terroir {
namespace {

bool has_z_factor_of_one(const StepSpec& step) {
  return std::any_of(step.settings.begin(), step.settings.end(),
                     [](const auto& setting) { return setting.first == "z_factor" && setting.second.number() == 1.0; });
}

std::string remedy_for(const std::optional<UnitMap>& to_metres) {
  if (!to_metres || to_metres->offset != 0) return "connect a layer of elevation, or say with unit_as what its numbers are";
  char factor[32];
  std::snprintf(factor, sizeof factor, "%.7g", to_metres->scale);
  return std::string("give the input unit: m, which converts it, or the step z_factor: ") + factor;
}

}  // namespace

void warn_of_elevation_units(const Recipe& recipe, const Plan& plan, UnitConverter& units, std::vector<Diagnostic>& diagnostics) {
  for (const auto& step : recipe.steps) {
    if (!has_z_factor_of_one(step)) continue;
    for (const Op& op : plan.ops) {
      if (op.step != step.name) continue;
      const PlannedLayer& layer = plan.layers[op.in.front()];
      const std::string& unit = layer.info.unit;
      const auto to_metres = units.map(unit, "m");
      if (unit.empty() || !units.knows(unit) || to_metres == UnitMap{}) continue;
      diagnostics.push_back(
          {step.at, "steps." + step.name + ".data",
           "'" + layer.variable + "' is in '" + unit + "', and " + step.process->info.name + " takes its numbers for metres",
           remedy_for(to_metres), true});
    }
  }
}

}  // namespace terroir
