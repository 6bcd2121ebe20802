#include "kernels/catalog.h"
#include "pipeline/recipe/rasterize_section.h"
#include "pipeline/recipe/section.h"
#include "pipeline/recipe/sections.h"
#include "pipeline/recipe/select.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace terroir {
namespace {

const std::vector<std::string> decoding_keys = {"scale", "offset", "nodata", "bits", "categorical"};

std::vector<std::string> with_decoding(std::vector<std::string> keys) {
  keys.insert(keys.end(), decoding_keys.begin(), decoding_keys.end());
  return keys;
}

std::optional<std::pair<int, int>> read_bits(const Section& section) {
  const auto given = section.numbers("bits", 2, "[lowest, highest]");
  if (!given) return std::nullopt;
  const double low = (*given)[0], high = (*given)[1];
  const bool right = low == std::floor(low) && high == std::floor(high) && low >= 0 && low <= high && high < 64;
  if (right && high - low < 24) return std::pair(static_cast<int>(low), static_cast<int>(high));
  if (right)
    section.complain("bits", "a pixel holds 24 bits at most", "name fewer bits");
  else
    section.complain("bits", "these are no bits", "give [lowest, highest], counted from 0, as [0, 1]");
  return std::nullopt;
}

DecodingSpec read_decoding(const Section& section) {
  DecodingSpec decoding;
  decoding.scale = section.number("scale");
  decoding.offset = section.number("offset");
  const Value* nodata = section.get("nodata");
  if (nodata != nullptr && nodata->number() && std::isnan(*nodata->number()))
    decoding.nodata = nodata->number();
  else
    decoding.nodata = section.number("nodata");
  decoding.bits = read_bits(section);
  decoding.categorical = section.flag("categorical").value_or(false);
  for (const auto& [key, number, same] : {std::tuple("scale", decoding.scale, 1.0), std::tuple("offset", decoding.offset, 0.0)})
    if (decoding.categorical && number && *number != same)
      section.complain(key, "a class is no quantity and is taken as it is stored", "remove it, or `categorical`");
  if (decoding.scale && *decoding.scale == 0) section.complain("scale", "a scale of 0 makes every pixel the same", "give another number");
  return decoding;
}

/// `LAYER: BAND` or `LAYER: {band: BAND, scale: ...}`.
std::optional<BandSpec> read_band(const Value::Entry& entry, const std::string& where, Report& report) {
  BandSpec band;
  band.at = entry.at;
  band.layer = entry.key;
  check_layer_name(entry.key, entry.at, where, report);
  if (!entry.value.is_map()) {
    const Value one = Value::map({{"band", entry.at, entry.value}}, entry.at);
    const auto text = Section(&one, entry.at, where, {}, report).text("band");
    band.band = text.value_or("");
    return band;
  }
  const Section section(&entry.value, entry.at, where, with_decoding({"band"}), report);
  section.require("band", "give band: the {band} text of the path, or the band's number (from 1) or description");
  band.band = section.text("band").value_or("");
  band.decoding = read_decoding(section);
  return band;
}

std::vector<BandSpec> read_bands(const Section& input) {
  std::vector<BandSpec> bands;
  if (!input.has("bands")) return bands;
  const Section section(input.get("bands"), input.at("bands"), input.where("bands"), {}, input.report());
  for (const auto& entry : section.entries())
    if (auto band = read_band(entry, section.where(entry.key), input.report())) bands.push_back(std::move(*band));
  if (section.whole() && bands.empty()) input.complain("bands", "no bands are named", "give {LAYER: BAND}, or remove it");
  return bands;
}

InputSpec read_input(const Value::Entry& entry, Binder& binder, Report& report) {
  const std::size_t before = report.errors();
  InputSpec input;
  input.at = entry.at;
  input.name = entry.key;
  const std::string where = "inputs." + entry.key;
  check_layer_name(entry.key, entry.at, where, report);
  const Section section(
      &entry.value, entry.at, where,
      with_decoding({"path", "bands", "band", "variable", "crs", "unit", "unit_as", "select", "resample", "rasterize", "on_error"}),
      report);
  if (section.require("path", "give path: a file, a glob, or a pattern with {time:%Y%m%d} and {band}")) {
    input.path_at = section.at("path");
    const BoundPath path = binder.bind_path(section.text("path").value_or(""), input.path_at, section.where("path"));
    input.path_text = path.text;
    input.path = path.path;
    input.whole = path.whole;
  }
  input.bands = read_bands(section);
  if (const auto band = section.whole_number("band", 1, 65535)) input.band = static_cast<int>(*band);
  if (section.has("band") && section.has("bands")) section.complain("band", "'band' does not go with 'bands'", "remove one of them");
  input.variable = section.text("variable").value_or("");
  input.crs = section.text("crs").value_or("");
  input.unit = section.text("unit").value_or("");
  input.unit_as = section.text("unit_as").value_or("");
  input.decoding = read_decoding(section);
  input.select = read_select(section);
  if (const auto method = section.choice("resample", resampling_methods())) input.resample = resampling_methods()[*method];
  input.rasterize = read_rasterize(section);
  if (section.choice("on_error", {"fail", "nodata"}) == 1U) input.on_error = OnError::nodata;
  for (const auto& setting : section.entries()) input.places[setting.key] = setting.value.at();
  const auto unbound = [](const Value::Entry& setting) { return setting.key != "path" && has_placeholder(setting.value); };
  input.whole = input.whole && report.errors() == before && std::none_of(section.entries().begin(), section.entries().end(), unbound);
  return input;
}

}  // namespace

const std::vector<std::string>& resampling_methods() {
  static const std::vector<std::string> methods = [] {
    if (const Process* process = find_process("resample"))
      for (const auto& parameter : process->info.parameters)
        if (parameter.name == "method") return parameter.choices;
    return std::vector<std::string>{"nearest", "bilinear"};
  }();
  return methods;
}

std::vector<InputSpec> read_inputs(const Value* value, Binder& binder, Report& report) {
  std::vector<InputSpec> inputs;
  const Section section(value, {}, "inputs", {}, report);
  for (const auto& entry : section.entries()) inputs.push_back(read_input(entry, binder, report));
  if (section.whole() && inputs.empty()) report.error(value->at(), "inputs", "no input is named", "give NAME: {path: FILE}");
  return inputs;
}

}  // namespace terroir
