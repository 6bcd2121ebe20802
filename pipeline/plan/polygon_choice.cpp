#include "pipeline/plan/polygon_choice.h"

#include "pipeline/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

using Kind = VectorAttribute::Kind;

std::string kind_text(Kind kind) {
  return kind == Kind::integer ? "integers" : kind == Kind::real ? "numbers" : kind == Kind::text ? "text" : "neither numbers nor text";
}

}  // namespace

PolygonChoice::PolygonChoice(const RasterizeSpec& spec, const VectorLayer& layer) : spec_(spec), layer_(layer) {
  if (!spec.attribute.empty())
    if (const VectorAttribute* attribute = find("attribute", spec.attribute)) choose_values(*attribute);
  for (const auto& condition : spec.where)
    if (const VectorAttribute* attribute = find("where." + condition.attribute, condition.attribute)) add_condition(*attribute, condition);
}

const VectorAttribute* PolygonChoice::find(const std::string& key, const std::string& name) {
  const VectorAttribute* attribute = layer_.find(name);
  if (attribute == nullptr) {
    std::vector<std::string> known;
    for (const auto& a : layer_.attributes) known.push_back(a.name);
    complaints_.push_back({key,
                           {"layer '" + layer_.name + "' has no attribute '" + name + "'",
                            known.empty() ? "it has none: give a value" : "use " + list_words(known)}});
  } else if (attribute->kind == Kind::other) {
    complaints_.push_back({key, {"'" + name + "' holds " + kind_text(attribute->kind), "use an attribute that does"}});
    return nullptr;
  }
  return attribute;
}

std::size_t PolygonChoice::place_of(const std::string& attribute) {
  const auto found = std::find(attributes_.begin(), attributes_.end(), attribute);
  if (found != attributes_.end()) return static_cast<std::size_t>(found - attributes_.begin());
  attributes_.push_back(attribute);
  return attributes_.size() - 1;
}

void PolygonChoice::choose_values(const VectorAttribute& attribute) {
  burned_ = place_of(attribute.name);
  if (attribute.kind == Kind::text && spec_.classes.empty())
    complaints_.push_back(
        {"attribute", {"'" + attribute.name + "' holds text, and pixels are numbers", "give classes: {TEXT: NUMBER}, as {wheat: 1}"}});
  if (attribute.kind == Kind::real && !spec_.classes.empty())
    complaints_.push_back({"classes", {"'" + attribute.name + "' holds broken numbers, which are no classes", "remove classes"}});
}

void PolygonChoice::add_condition(const VectorAttribute& attribute, const RasterizeSpec::Condition& condition) {
  Condition added{place_of(attribute.name), attribute.kind != Kind::text, {}, condition.values};
  for (const auto& text : condition.values) {
    if (!added.numeric) break;
    const auto number = Value::scalar(text).number();
    if (number)
      added.numbers.push_back(*number);
    else
      complaints_.push_back(
          {"where." + attribute.name,
           {"'" + attribute.name + "' holds " + kind_text(attribute.kind) + ", and '" + text + "' is no number", "give a number"}});
  }
  conditions_.push_back(std::move(added));
}

bool PolygonChoice::Condition::holds(const std::optional<AttributeValue>& value) const {
  if (!value) return false;
  if (numeric) return std::find(numbers.begin(), numbers.end(), value->number) != numbers.end();
  return std::find(texts.begin(), texts.end(), value->text) != texts.end();
}

std::optional<float> PolygonChoice::value_of(const Feature& feature) const {
  const auto holds = [&](const Condition& c) { return c.holds(feature.values[c.attribute]); };
  if (!std::all_of(conditions_.begin(), conditions_.end(), holds)) return std::nullopt;
  if (!burned_) return static_cast<float>(spec_.value);
  const auto& value = feature.values[*burned_];
  if (!value) return std::nullopt;
  if (!spec_.classes.empty()) {
    for (const auto& [text, number] : spec_.classes)
      if (text == value->text) return static_cast<float>(number);
    return std::nullopt;
  }
  if (value->number == std::floor(value->number) && std::abs(value->number) > 16777216 &&
      layer_.find(spec_.attribute)->kind == Kind::integer)
    throw Error(Fault::mistake, "its '" + spec_.attribute + "' is " + value->text +
                                    ", and a pixel keeps integers up to ±16777216; give classes, or another attribute");
  if (std::isfinite(value->number) && std::abs(value->number) > std::numeric_limits<float>::max())
    throw Error(Fault::mistake,
                "its '" + spec_.attribute + "' is " + value->text + ", and a pixel keeps numbers up to ±3.4e38; give another attribute");
  return static_cast<float>(value->number);
}

}  // namespace terroir
