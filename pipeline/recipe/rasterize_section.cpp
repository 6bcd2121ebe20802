#include "pipeline/recipe/rasterize_section.h"

#include <cmath>

namespace terroir {
namespace {

const std::vector<std::string> pixel_keys = {"bands", "band",   "variable", "scale",    "offset",  "nodata",
                                             "bits",  "select", "unit_as",  "resample", "on_error"};

/// `ATTRIBUTE: VALUE` or `ATTRIBUTE: [VALUE, ...]`.
std::vector<RasterizeSpec::Condition> read_where(const Section& section) {
  std::vector<RasterizeSpec::Condition> conditions;
  if (!section.has("where")) return conditions;
  const Section where(section.get("where"), section.at("where"), section.where("where"), {}, section.report());
  for (const auto& entry : where.entries()) {
    RasterizeSpec::Condition condition{entry.at, entry.key, {}};
    const std::vector<Value> one = {entry.value};
    for (const Value& value : entry.value.is_list() ? entry.value.items() : one) {
      if (!value.is_scalar()) {
        where.complain(entry.key, "this is no value to compare with", "give ATTRIBUTE: VALUE or ATTRIBUTE: [VALUE, VALUE]");
        continue;
      }
      condition.values.push_back(value.text());
    }
    if (entry.value.is_list() && entry.value.items().empty()) where.complain(entry.key, "the list is empty", "give values, or remove it");
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

/// `TEXT: NUMBER`, in the recipe's order.
std::vector<std::pair<std::string, double>> read_classes(const Section& section) {
  std::vector<std::pair<std::string, double>> classes;
  if (!section.has("classes")) return classes;
  const Section map(section.get("classes"), section.at("classes"), section.where("classes"), {}, section.report());
  for (const auto& entry : map.entries())
    if (const auto number = map.number(entry.key)) classes.emplace_back(entry.key, *number);
  if (map.whole() && map.entries().empty()) section.complain("classes", "no classes are named", "give {TEXT: NUMBER}, or remove it");
  return classes;
}

/// A pixel is a float32, so the number that it gets must be one.
void check_exactness(const Section& section, const std::string& key, double number) {
  if (number == std::floor(number) && std::abs(number) > 16777216)
    section.complain(key, "a pixel cannot keep integers beyond ±16777216", "give a smaller number");
}

void check_values(const Section& section, const RasterizeSpec& spec) {
  const bool valued = section.has("attribute") || section.has("value") || section.has("classes");
  if (spec.method == RasterizeSpec::Method::coverage && valued)
    section.complain("method", "coverage is a share of a pixel and takes no value of a polygon",
                     "remove attribute, value and classes, choose polygons with where, or use method: center or all_touched");
  else if (section.has("attribute") && section.has("value"))
    section.complain("value", "'value' does not go with 'attribute'", "remove one of them");
  if (section.has("classes") && !section.has("attribute"))
    section.complain("classes", "'classes' needs the attribute that holds them", "give attribute: NAME");
  check_exactness(section, "value", spec.value);
  for (const auto& [text, number] : spec.classes) check_exactness(section, "classes", number);
}

}  // namespace

std::optional<RasterizeSpec> read_rasterize(const Section& input) {
  if (!input.has("rasterize")) return std::nullopt;
  for (const auto& key : pixel_keys)
    if (input.has(key)) input.complain(key, "'" + key + "' is of files of pixels, and polygons have none", "remove it");
  const Section section(input.get("rasterize"), input.at("rasterize"), input.where("rasterize"),
                        {"layer", "method", "attribute", "value", "classes", "where"}, input.report());
  RasterizeSpec spec;
  spec.at = section.at();
  if (const auto method = section.choice("method", rasterize_methods())) spec.method = static_cast<RasterizeSpec::Method>(*method);
  spec.layer = section.text("layer").value_or("");
  spec.attribute = section.text("attribute").value_or("");
  spec.value = section.number("value").value_or(1);
  spec.classes = read_classes(section);
  spec.where = read_where(section);
  check_values(section, spec);
  return spec;
}

const std::vector<std::string>& rasterize_methods() {
  static const std::vector<std::string> methods = {"center", "all_touched", "coverage"};
  return methods;
}

}  // namespace terroir
