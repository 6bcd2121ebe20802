#include "pipeline/recipe/encoding.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

struct NumberType {
  const char* name;
  bool is_float;
  double lowest, highest;
};

constexpr NumberType number_types[] = {
    {"float32", true, 0, 0},
    {"float64", true, 0, 0},
    {"int8", false, -128, 127},
    {"int16", false, -32768, 32767},
    {"int32", false, -2147483648.0, 2147483647.0},
    {"uint8", false, 0, 255},
    {"uint16", false, 0, 65535},
    {"uint32", false, 0, 4294967295.0},
};

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& type : number_types) all.emplace_back(type.name);
    return all;
  }();
  return names;
}

/// A missing pixel needs a number that pixels seldom have: the lowest of a signed type, the highest of an unsigned one.
double default_nodata(const NumberType& type) { return type.lowest < 0 ? type.lowest : type.highest; }

void read_integer_encoding(const Section& section, const NumberType& type, EncodingSpec& encoding) {
  encoding.scale_factor = section.number("scale_factor").value_or(1);
  encoding.add_offset = section.number("add_offset").value_or(0);
  encoding.nodata = default_nodata(type);
  if (encoding.scale_factor == 0) section.complain("scale_factor", "a scale factor of 0 stores nothing", "give another number");
  const auto nodata = section.number("nodata");
  if (!nodata) return;
  encoding.nodata = nodata;
  if (*nodata != std::floor(*nodata) || *nodata < type.lowest || *nodata > type.highest)
    section.complain("nodata", number_text(*nodata) + " is no " + type.name,
                     "give a whole number from " + number_text(type.lowest) + " to " + number_text(type.highest));
}

EncodingSpec read_encoding(const Value::Entry& entry, const std::string& where, Report& report) {
  EncodingSpec encoding;
  encoding.at = entry.at;
  const Section section(&entry.value, entry.at, where, {"dtype", "scale_factor", "add_offset", "nodata"}, report);
  if (!section.require("dtype", "give dtype: " + list_words(type_names()))) return encoding;
  const auto chosen = section.choice("dtype", type_names());
  if (!chosen) return encoding;
  const NumberType& type = number_types[*chosen];
  encoding.dtype = type.name;
  if (!type.is_float) {
    read_integer_encoding(section, type, encoding);
    return encoding;
  }
  for (const char* key : {"scale_factor", "add_offset", "nodata"})
    if (section.has(key))
      section.complain(key, "'" + std::string(key) + "' goes with integer types: floats are stored as they are, missing pixels as NaN",
                       "remove it, or use an integer dtype");
  return encoding;
}

/// Whether an output can have a variable of this name, as far as names tell: the layers of `x` are `x` or begin with `x_`.
bool can_have(const OutputSpec& output, const std::string& variable) {
  if (output.layout == Layout::stacked) return variable == output.name;
  return std::any_of(output.layers.begin(), output.layers.end(), [&](const auto& layer) {
    const auto& [name, reference] = layer;
    const std::string stem = !name.empty() ? name : reference.layer.empty() ? reference.name : reference.name + "_" + reference.layer;
    return variable == stem || variable.rfind(stem + "_", 0) == 0;
  });
}

}  // namespace

void read_encodings(const Section& output_section, OutputSpec& output) {
  if (!output_section.has("encoding")) return;
  const Section section(output_section.get("encoding"), output_section.at("encoding"), output_section.where("encoding"), {},
                        output_section.report());
  for (const auto& entry : section.entries()) output.encoding[entry.key] = read_encoding(entry, section.where(entry.key), section.report());
}

void check_encodings(const OutputSpec& output, Report& report) {
  if (output.layers.empty()) return;
  for (const auto& [variable, encoding] : output.encoding)
    if (!can_have(output, variable))
      report.error(encoding.at, "outputs." + output.name + ".encoding." + variable, "the output has no variable " + in_quotes(variable),
                   output.layout == Layout::stacked ? "a stacked output has one, '" + output.name + "'"
                                                    : "use the names of its layers, as STEP or STEP_LAYER");
}

}  // namespace terroir
