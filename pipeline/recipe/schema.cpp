#include "pipeline/recipe/schema.h"

#include "kernels/catalog.h"
#include "pipeline/recipe/catalogue_json.h"
#include "pipeline/recipe/schema_sections.h"

namespace terroir {
namespace {

/// What one parameter may be, its list form included.
Json parameter_schema(const Parameter& p) {
  Json number = {{"type", p.kind == ParameterKind::integer ? "integer" : "number"}};
  if (p.min) number["minimum"] = *p.min;
  if (p.max) number["maximum"] = *p.max;
  if (p.min_excluded) number["exclusiveMinimum"] = *p.min_excluded;
  switch (p.kind) {
    case ParameterKind::number:
    case ParameterKind::integer: return or_literal(number);
    case ParameterKind::boolean: return or_literal({{"type", "boolean"}});
    case ParameterKind::text: return {{"type", "string"}};
    case ParameterKind::choice: return or_literal({{"enum", p.choices}});
    case ParameterKind::numbers: return one_or_list(or_literal(number));
    case ParameterKind::texts: return one_or_list({{"type", "string"}});
    case ParameterKind::choices: return one_or_list(or_literal({{"enum", p.choices}}));
    case ParameterKind::map: return {{"type", "object"}};
  }
  return {};
}

Json described_parameter(const Parameter& p) {
  Json schema = parameter_schema(p);
  schema["description"] = p.summary + (p.unit.empty() || p.unit == "1" ? "" : " (" + p.unit + ")");
  if (const Json standard = default_json(p); !standard.is_null()) schema["default"] = standard;
  return schema;
}

Json step_schema(const ProcessInfo& info) {
  Json properties = {{"process", {{"const", info.name}, {"description", info.summary}}}};
  Json required = {"process"};
  for (const auto& port : info.inputs) {
    properties[port.name] = {{"$ref", port.name == "data" ? "#/$defs/references" : "#/$defs/reference"}, {"description", port.summary}};
    required.push_back(port.name);
  }
  for (const auto& p : info.parameters) {
    properties[p.name] = described_parameter(p);
    if (p.required) required.push_back(p.name);
  }
  return {{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}};
}

Json any_step() {
  Json names = Json::array(), cases = Json::array();
  for (const auto& process : catalog()) {
    const std::string& name = process.info.name;
    names.push_back(name);
    const Json is_this = {{"properties", {{"process", {{"const", name}}}}}, {"required", {"process"}}};
    cases.push_back({{"if", is_this}, {"then", {{"$ref", "#/$defs/step_" + name}}}});
  }
  return {{"type", "object"}, {"properties", {{"process", {{"enum", names}}}}}, {"required", {"process"}}, {"allOf", cases}};
}

}  // namespace

std::string recipe_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "Terroir recipe"},
                 {"type", "object"},
                 {"properties",
                  {{"version", {{"const", 1}}},
                   {"name", {{"type", "string"}, {"description", "name of the recipe"}}},
                   {"parameters", named_maps({{"$ref", "#/$defs/parameter"}}, "literals, set by --input NAME=VALUE")},
                   {"grid", grid_schema()},
                   {"inputs", named_maps(input_schema(), "rasters that are read")},
                   {"steps", named_maps(any_step(), "what is computed; the order is free")},
                   {"outputs", named_maps(output_schema(), "what is written")}}},
                 {"required", {"version", "inputs", "outputs"}},
                 {"additionalProperties", false},
                 {"$defs", shared_definitions()}};
  for (const auto& process : catalog()) schema["$defs"]["step_" + process.info.name] = step_schema(process.info);
  return schema.dump(2) + "\n";
}

}  // namespace terroir
