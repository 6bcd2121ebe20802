#include "pipeline/plan/inventory.h"

#include "pipeline/error.h"
#include "pipeline/plan/pattern.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/redaction/redactor.h"

#include <algorithm>
#include <map>
#include <set>

namespace terroir {
namespace {

/// A file that matched, with what its name tells.
struct Found {
  std::size_t file = 0;
  PatternMatch match;
};

bool is_name(const std::string& text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

/// Takes stock of one input: finds its files, then its layers, then their times.
class InputTaker {
 public:
  InputTaker(const InputSpec& spec, SourceOpener& opener, CrsReader& crs, Inventory& inventory, std::vector<Diagnostic>& diagnostics)
      : spec_(spec), opener_(opener), crs_(crs), inventory_(inventory), diagnostics_(diagnostics) {}

  InventoryInput take() {
    InventoryInput input{&spec_, {}};
    const std::size_t before = diagnostics_.size();
    try {
      refuse_what_is_to_come();
      const PathPattern pattern(spec_.path);
      find_files(pattern);
      if (diagnostics_.size() > before || found_.empty()) return input;
      has_band_ = pattern.has_band();
      has_time_ = pattern.has_time();
      for (const BandSpec& band : wanted_bands()) add_layer(input, band);
    } catch (const Error& error) {
      if (error.fault() == Fault::system) throw error.during("inputs." + spec_.name);
      complain_of(error, "correct the path");
    }
    if (diagnostics_.size() > before) input.layers.clear();
    return input;
  }

 private:
  void complain(const std::string& key, Position at, const std::string& problem, const std::string& remedy) {
    diagnostics_.push_back({at, "inputs." + spec_.name + "." + key, problem, remedy, false});
  }

  /// What the language has and this version does not: never ignored in silence.
  void refuse_what_is_to_come() {
    const std::string remedy = "this version reads GeoTIFF: leave it out";
    if (!spec_.variable.empty()) complain("variable", spec_.at, "a GeoTIFF has bands and no variables", remedy + ", or name bands");
    if (spec_.select.level) complain("select.level", spec_.at, "a GeoTIFF has no levels", remedy);
  }

  /// What an error says, its remedy apart: what stands behind the last semicolon.
  void complain_of(const Error& error, const std::string& remedy) {
    const std::string text = error.what();
    const std::size_t semicolon = text.rfind("; ");
    if (semicolon == std::string::npos)
      complain("path", spec_.path_at, text, remedy);
    else
      complain("path", spec_.path_at, text.substr(0, semicolon), text.substr(semicolon + 2));
  }

  void find_files(const PathPattern& pattern) {
    const std::vector<std::string> paths = pattern.is_pattern() ? opener_.glob(pattern.glob()) : std::vector{spec_.path};
    for (const auto& path : paths) {
      const auto match = pattern.match(path);
      if (match && selected(*match)) open_file(path, *match, pattern);
    }
    if (paths.empty())
      complain("path", spec_.path_at, "no file matches '" + spec_.path + "'", "check the path, or bind it with --input NAME=PATH");
    else if (found_.empty() && diagnostics_.empty())
      complain("path", spec_.path_at,
               "none of the " + std::to_string(paths.size()) + " files that look like '" + spec_.path_text +
                   "' has its fields (or a selected time)",
               "compare a file's name with the pattern: " + paths.front());
  }

  [[nodiscard]] bool selected(const PatternMatch& match) const {
    if (!match.time) return true;
    const std::string text = to_text(*match.time);
    const SelectSpec& select = spec_.select;
    if (!select.from.empty() && text < select.from) return false;
    if (!select.to.empty() && text.substr(0, select.to.size()) > select.to) return false;
    if (!select.months.empty() && std::find(select.months.begin(), select.months.end(), match.time->month) == select.months.end())
      return false;
    static const std::map<std::string, std::set<int>> seasons = {
        {"djf", {12, 1, 2}}, {"mam", {3, 4, 5}}, {"jja", {6, 7, 8}}, {"son", {9, 10, 11}}};
    const auto season = seasons.find(select.season);
    return season == seasons.end() || season->second.count(match.time->month) > 0;
  }

  void open_file(const std::string& path, const PatternMatch& match, const PathPattern& pattern) {
    try {
      std::shared_ptr<Source> source = opener_.open(path);
      Grid grid = source->grid();
      if (!spec_.crs.empty()) grid = {crs_.read(spec_.crs), grid.affine(), grid.shape()};
      if (!grid.crs().known()) {
        complain("path", spec_.path_at, path + " has no CRS", "give inputs." + spec_.name + ".crs, as 'EPSG:32632'");
        return;
      }
      const std::string base = pattern.base();
      PlannedFile planned{path,
                          without_signature(path.rfind(base, 0) == 0 ? path.substr(base.size()) : path),
                          source->fingerprint(),
                          grid,
                          source->chunk(),
                          source->interleaved(),
                          {}};
      for (std::size_t band = 0; band < source->bands().size(); ++band)
        planned.types.push_back(source->stored_type(static_cast<int>(band)));
      found_.push_back({inventory_.files.size(), match});
      inventory_.files.push_back({std::move(planned), std::move(source)});
    } catch (const Error& error) {
      // What the system refuses is no mistake of the recipe: the same command may succeed later.
      if (error.fault() == Fault::system) throw;
      complain_of(error, "correct the file or the path");
    }
  }

  [[nodiscard]] const std::vector<BandFacts>& bands_of(std::size_t file) const { return inventory_.files[file].source->bands(); }

  /// The layers of the input: those of `bands`, or one for each band of the file or text of `{band}`.
  [[nodiscard]] std::vector<BandSpec> wanted_bands() {
    if (!spec_.bands.empty()) return spec_.bands;
    std::vector<BandSpec> wanted;
    if (has_band_) {
      std::set<std::string> names;
      for (const Found& f : found_) names.insert(f.match.band);
      for (const auto& name : names) wanted.push_back({spec_.at, is_name(name) ? name : "b" + name, name, {}});
      return wanted;
    }
    if (spec_.band) return {{spec_.at, spec_.name, std::to_string(*spec_.band), {}}};
    const std::size_t count = bands_of(found_.front().file).size();
    for (std::size_t i = 1; i <= count; ++i)
      wanted.push_back({spec_.at, count == 1 ? spec_.name : "b" + std::to_string(i), std::to_string(i), {}});
    return wanted;
  }

  /// The number (from 0) of a band in a file, by its number from 1 or its description; nothing if the file has no such band.
  [[nodiscard]] std::optional<int> band_in(std::size_t file, const std::string& band) const {
    const auto& bands = bands_of(file);
    if (has_band_) return 0;
    for (std::size_t i = 0; i < bands.size(); ++i)
      if (bands[i].description == band && !band.empty()) return static_cast<int>(i);
    const auto number = Value::scalar(band).integer();
    if (number && *number >= 1 && *number <= static_cast<std::int64_t>(bands.size())) return static_cast<int>(*number - 1);
    return std::nullopt;
  }

  void add_layer(InventoryInput& input, const BandSpec& band) {
    InventoryLayer layer;
    layer.name = band.layer;
    std::map<std::int64_t, std::vector<InventoryLayer::Part>> by_time;
    for (const Found& f : found_) {
      const std::int64_t time = f.match.time ? to_seconds(*f.match.time, Calendar::standard) : 0;
      by_time[time];
      if (has_band_ && f.match.band != band.band) continue;
      const auto number = band_in(f.file, band.band);
      if (!number) return unknown_band(band, f.file);
      by_time[time].push_back({f.file, *number, 0});
    }
    for (auto& [time, parts] : by_time) {
      if (parts.empty() && spec_.on_error == OnError::fail) missing_date(band, time);
      if (has_time_) layer.times.seconds.push_back(time);
      layer.steps.push_back(std::move(parts));
    }
    const auto first = std::find_if(layer.steps.begin(), layer.steps.end(), [](const auto& parts) { return !parts.empty(); });
    if (first == layer.steps.end()) {
      if (has_band_) complain("bands." + band.layer, band.at, "no file has the band '" + band.band + "'", "use " + band_texts());
      return;
    }
    describe(layer, band, first->front());
    if (!band.decoding.bits && !spec_.decoding.bits) check_exactness(band, first->front());
    check_unit(band, first->front());
    input.layers.push_back(std::move(layer));
  }

  void describe(InventoryLayer& layer, const BandSpec& band, const InventoryLayer::Part& part) const {
    const BandFacts& facts = bands_of(part.file)[static_cast<std::size_t>(part.band)];
    const DecodingSpec& own = band.decoding;
    const DecodingSpec& all = spec_.decoding;
    layer.grid = inventory_.files[part.file].planned.grid;
    layer.decoding.categorical = own.categorical || all.categorical;
    layer.decoding.nodata = own.nodata ? own.nodata : all.nodata ? all.nodata : facts.nodata;
    layer.decoding.bits = own.bits ? own.bits : all.bits;
    layer.decoding.scale = own.scale.value_or(all.scale.value_or(facts.scale));
    layer.decoding.offset = own.offset.value_or(all.offset.value_or(facts.offset));
    if (layer.decoding.categorical) layer.decoding.scale = own.scale.value_or(1), layer.decoding.offset = own.offset.value_or(0);
    layer.info.name = layer.name;
    layer.info.unit = spec_.unit.empty() ? facts.unit : spec_.unit;
    layer.info.long_name = facts.description;
    layer.info.categorical = layer.decoding.categorical;
  }

  void check_exactness(const BandSpec& band, const InventoryLayer::Part& part) {
    const std::string& dtype = bands_of(part.file)[static_cast<std::size_t>(part.band)].dtype;
    if (dtype == "int64" || dtype == "uint64")
      complain("bands." + band.layer, band.at, "band '" + band.band + "' is " + dtype + ", which float32 cannot hold",
               "name the bits that you need, as bits: [0, 15]");
  }

  /// `unit` names what the file does not say; it does not convert what the file says.
  void check_unit(const BandSpec& band, const InventoryLayer::Part& part) {
    const std::string& stored = bands_of(part.file)[static_cast<std::size_t>(part.band)].unit;
    if (!spec_.unit.empty() && !stored.empty() && stored != spec_.unit)
      complain("unit", spec_.at, "band '" + band.band + "' is in " + stored + ", and this version does not convert units",
               "leave out unit, and convert with a linear_scale step");
  }

  void unknown_band(const BandSpec& band, std::size_t file) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < bands_of(file).size(); ++i) {
      const std::string& text = bands_of(file)[i].description;
      known.push_back(std::to_string(i + 1) + (text.empty() ? "" : " (" + text + ")"));
    }
    complain("bands." + band.layer, band.at, inventory_.files[file].planned.name + " has no band '" + band.band + "'",
             "use " + list_words(known));
  }

  void missing_date(const BandSpec& band, std::int64_t time) {
    complain("bands." + band.layer, band.at, to_text(from_seconds(time, Calendar::standard)) + " has no file for band '" + band.band + "'",
             "add the file, narrow `select`, or set on_error: nodata");
  }

  [[nodiscard]] std::string band_texts() const {
    std::set<std::string> texts;
    for (const Found& f : found_) texts.insert(f.match.band);
    return list_words({texts.begin(), texts.end()});
  }

  const InputSpec& spec_;
  SourceOpener& opener_;
  CrsReader& crs_;
  Inventory& inventory_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Found> found_;
  bool has_band_ = false, has_time_ = false;
};

}  // namespace

Inventory take_inventory(const Recipe& recipe, SourceOpener& opener, CrsReader& crs, std::vector<Diagnostic>& diagnostics) {
  Inventory inventory;
  for (const auto& spec : recipe.inputs) inventory.inputs.push_back(InputTaker(spec, opener, crs, inventory, diagnostics).take());
  return inventory;
}

}  // namespace terroir
