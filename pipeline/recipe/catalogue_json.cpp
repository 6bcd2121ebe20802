#include "pipeline/recipe/catalogue_json.h"

#include "kernels/catalog.h"
#include "pipeline/recipe/reference_pages.h"

#include <cmath>

namespace terroir {
namespace {

/// A scalar as JSON of a parameter's kind.
Json scalar_json(const Value& value, ParameterKind kind) {
  const auto number = value.number();
  switch (kind) {
    case ParameterKind::boolean: return value.boolean().value_or(false);
    case ParameterKind::integer: return value.integer().value_or(0);
    case ParameterKind::number:
    case ParameterKind::numbers: return number && std::isfinite(*number) ? Json(*number) : Json();
    default: return value.text();
  }
}

const char* kind_name(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::number: return "number";
    case ParameterKind::integer: return "integer";
    case ParameterKind::boolean: return "boolean";
    case ParameterKind::text: return "text";
    case ParameterKind::choice: return "choice";
    case ParameterKind::numbers: return "numbers";
    case ParameterKind::texts: return "texts";
    case ParameterKind::choices: return "choices";
    case ParameterKind::map: return "map";
  }
  return "";
}

const char* scope_name(Scope scope) {
  switch (scope) {
    case Scope::local: return "local";
    case Scope::focal: return "focal";
    case Scope::zonal: return "zonal";
    case Scope::global: return "global";
  }
  return "";
}

Json ports_json(const std::vector<Port>& ports) {
  Json list = Json::array();
  for (const auto& port : ports) list.push_back({{"name", port.name}, {"unit", port.unit}, {"summary", port.summary}});
  return list;
}

Json parameter_json(const Parameter& p) {
  Json json = {{"name", p.name}, {"kind", kind_name(p.kind)}, {"summary", p.summary}, {"required", p.required}};
  if (!p.unit.empty()) json["unit"] = p.unit;
  if (!p.choices.empty()) json["choices"] = p.choices;
  if (p.min) json["min"] = *p.min;
  if (p.min_excluded) json["above"] = *p.min_excluded;
  if (p.max) json["max"] = *p.max;
  if (const Json standard = default_json(p); !standard.is_null()) json["default"] = standard;
  return json;
}

Json info_json(const ProcessInfo& info) {
  Json json = {{"name", info.name},
               {"family", info.family},
               {"summary", info.summary},
               {"formula", info.formula},
               {"citation", info.citation},
               {"scope", scope_name(info.scope)},
               {"takes", info.take == Take::each ? "each layer" : "named layers"},
               {"inputs", ports_json(info.inputs)},
               {"outputs", ports_json(info.outputs)},
               {"parameters", Json::array()},
               {"example", example_step(info)}};
  for (const auto& p : info.parameters) json["parameters"].push_back(parameter_json(p));
  return json;
}

}  // namespace

Json default_json(const Parameter& p) {
  if (default_text(p).empty()) return {};
  if (!p.standard.is_list()) return scalar_json(p.standard, p.kind);
  Json list = Json::array();
  for (const auto& item : p.standard.items()) list.push_back(scalar_json(item, p.kind));
  return list;
}

std::string process_json(const ProcessInfo& info) { return info_json(info).dump(2) + "\n"; }

std::string catalogue_json() {
  Json list = Json::array();
  for (const auto& process : catalog()) list.push_back(info_json(process.info));
  return list.dump(2) + "\n";
}

}  // namespace terroir
