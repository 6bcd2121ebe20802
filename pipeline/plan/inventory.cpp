#include "pipeline/plan/inventory.h"

#include "pipeline/error.h"
#include "pipeline/plan/layer_decoder.h"
#include "pipeline/plan/pattern.h"
#include "pipeline/plan/selection.h"
#include "pipeline/plan/time_steps.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/redaction/redactor.h"
#include "tiling/cells.h"

#include <algorithm>
#include <map>
#include <set>

namespace terroir {
namespace {

/// A file that matched, with what its name tells.
struct Found {
  std::size_t file = 0;
  PatternMatch match;
  std::string variable;  ///< empty for a file of bands
};

bool is_name(const std::string& text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

/// Takes stock of one input: finds its files, then its layers, then their times.
class InputTaker : InputFindings {
 public:
  InputTaker(const InputSpec& spec, SourceOpener& opener, CrsReader& crs, UnitConverter& units, Inventory& inventory,
             std::vector<Diagnostic>& diagnostics)
      : InputFindings(spec, diagnostics), opener_(opener), crs_(crs), units_(units), inventory_(inventory) {}

  InventoryInput take() {
    InventoryInput input{&spec_, {}};
    const std::size_t before = diagnostics_.size();
    try {
      if (!is_crs_known(crs_)) return input;
      const PathPattern pattern(spec_.path);
      has_band_ = pattern.has_band();
      find_files(pattern);
      if (failed(before) || found_.empty() || refused_without_time() || refused_as_uneven()) return input;
      for (const BandSpec& band : wanted_bands()) add_layer(input, band);
    } catch (const Error& error) {
      if (error.fault() == Fault::system) throw error.during("inputs." + spec_.name);
      complain_of("path", spec_.path_at, error, "correct the path");
    }
    if (failed(before)) input.layers.clear();
    return input;
  }

 private:
  [[nodiscard]] bool failed(std::size_t before) const {
    return std::any_of(diagnostics_.begin() + static_cast<std::ptrdiff_t>(before), diagnostics_.end(),
                       [](const auto& d) { return !d.warning; });
  }

  void find_files(const PathPattern& pattern) {
    const std::size_t before = diagnostics_.size();
    const std::vector<std::string> paths = pattern.is_pattern() ? opener_.glob(pattern.glob()) : std::vector{spec_.path};
    std::vector<std::string> dateless;
    for (const auto& path : paths) {
      const auto match = pattern.match(path);
      if (match) open_file(path, *match, pattern);
      if (!match && pattern.has_no_date(path)) dateless.push_back(shown(path, pattern));
    }
    if (!dateless.empty()) {
      const std::string problem = dateless.front() + " has the form of the pattern, but its digits are no date, or tell two, so it is not read" +
                                  (dateless.size() > 1 ? ", nor are others: " + std::to_string(dateless.size() - 1) : "");
      if (dateless.size() == paths.size()) return complain("path", spec_.path_at, problem, "correct its name");
      warn("path", spec_.path_at, problem, "correct its name, or remove it");
    }
    if (found_.empty() && passed_over_ && !failed(before))
      complain("select", spec_.select.at,
               "it selects none of the times, which go from " + to_text(passed_over_->first) + " to " + to_text(passed_over_->second),
               "widen it");
    else if (paths.empty())
      complain("path", spec_.path_at, "no file matches '" + spec_.path + "'", "check the path, or bind it with --input NAME=PATH");
    else if (found_.empty() && !failed(before))
      complain("path", spec_.path_at,
               "none of the " + std::to_string(paths.size()) + " files that look like '" + spec_.path_text + "' has its fields",
               "compare a file's name with the pattern: " + paths.front());
  }

  /// A file's name, relative to what is fixed of the pattern.
  [[nodiscard]] static std::string shown(const std::string& path, const PathPattern& pattern) {
    const std::string base = pattern.base();
    return without_signature(path.rfind(base, 0) == 0 ? path.substr(base.size()) : path);
  }

  void pass_over(const DateTime& time) {
    if (!passed_over_) passed_over_ = {time, time};
    passed_over_ = {std::min(passed_over_->first, time), std::max(passed_over_->second, time)};
  }

  /// Opens a file: as one source of bands, or one of each variable that is wanted of it.
  void open_file(const std::string& path, const PatternMatch& match, const PathPattern& pattern) {
    try {
      const std::string name = shown(path, pattern);
      const bool by_name = !match.time || selected(spec_.select, *match.time);
      if (!by_name) pass_over(*match.time);
      const std::vector<std::string> known = by_name || !has_band_ ? opener_.variables(path) : std::vector<std::string>{};
      if (known.empty() && by_name) {
        if (refused_as_bands(name)) return;
        open_part(path, name, match, {});
      }
      for (const auto& variable : wanted_variables(name, known, match)) open_part(path, name, match, {variable, spec_.select.level});
    } catch (const Error& error) {
      // What the system refuses is no mistake of the recipe: the same command may succeed later.
      if (error.fault() == Fault::system) throw;
      complain_of("path", spec_.path_at, error, "correct the file or the path");
    }
  }

  /// Names of variables and levels for a file that has neither.
  bool refused_as_bands(const std::string& name) {
    if (!spec_.variable.empty() && !refused_)
      complain("variable", spec_.at, name + " has bands and no variables", "leave out variable, or name bands");
    if (spec_.select.level && !refused_) complain("select.level", spec_.select.at, name + " has no levels", "leave it out");
    return refused_ = refused_ || !spec_.variable.empty() || spec_.select.level;
  }

  /// Times of an input that has none.
  bool refused_without_time() {
    const SelectSpec& select = spec_.select;
    const bool by_date = !select.from.empty() || !select.to.empty();
    const std::string key = by_date ? "time" : !select.months.empty() ? "month" : !select.season.empty() ? "season" : "";
    const auto has_time = [&](const Found& f) { return f.match.time || !inventory_.files[f.file].source->times().is_static(); };
    if (key.empty() || std::any_of(found_.begin(), found_.end(), has_time)) return false;
    complain("select." + key, spec_.select.at, name_of(found_.front().file) + " has no time",
             "leave it out, or give the path a {time:...} field");
    return true;
  }

  /// Files of other numbers of bands, where nothing says which bands are meant.
  bool refused_as_uneven() {
    if (!spec_.bands.empty() || spec_.band || has_band_) return false;
    const auto count = [&](const Found& f) { return bands_of(f.file).size(); };
    const auto other = std::find_if(found_.begin(), found_.end(), [&](const Found& f) { return count(f) != count(found_.front()); });
    if (other == found_.end()) return false;
    complain("path", spec_.path_at,
             name_of(found_.front().file) + " and " + name_of(other->file) + " have " + std::to_string(count(found_.front())) + " and " +
                 std::to_string(count(*other)) + " bands",
             "name those that are meant: bands: {LAYER: NUMBER}, or give the files inputs of their own");
    return true;
  }

  /// The variables that the input takes of a file which has some; what is not there is a mistake.
  [[nodiscard]] std::vector<std::string> wanted_variables(const std::string& name, const std::vector<std::string>& known,
                                                          const PatternMatch& match) {
    if (known.empty()) return {};
    const auto has = [&](const std::string& variable) { return std::find(known.begin(), known.end(), variable) != known.end(); };
    const auto missing = [&](const std::string& key, Position at, const std::string& variable) {
      complain(key, at, name + " has no variable '" + variable + "'", "use " + list_words(known));
      return std::vector<std::string>{};
    };
    if (!spec_.variable.empty()) return has(spec_.variable) ? std::vector{spec_.variable} : missing("variable", spec_.at, spec_.variable);
    // Bands of the only variable may have names: which they are is known when it is open.
    const bool none = std::none_of(spec_.bands.begin(), spec_.bands.end(), [&](const BandSpec& band) { return has(band.band); });
    if (!spec_.bands.empty() && !has_band_ && !(known.size() == 1 && none)) {
      std::vector<std::string> wanted;
      for (const BandSpec& band : spec_.bands) {
        if (!has(band.band)) return missing("bands." + band.layer, band.at, band.band);
        if (std::find(wanted.begin(), wanted.end(), band.band) == wanted.end()) wanted.push_back(band.band);
      }
      return wanted;
    }
    if (spec_.band) {
      complain("band", spec_.at, name + " has variables and no numbered bands", "give variable: " + list_words(known));
      return {};
    }
    if (has_band_ && has(match.band)) return {match.band};
    if (known.size() > 1) {
      complain("variable", spec_.at, name + " has several variables", "give variable: " + list_words(known));
      return {};
    }
    if (!found_.empty() && !has_band_ && found_.front().variable != known.front()) {
      complain("path", spec_.path_at,
               name_of(found_.front().file) + " has '" + found_.front().variable + "', and " + name + " has '" + known.front() + "'",
               "give the files inputs of their own");
      return {};
    }
    return known;
  }

  void open_part(const std::string& path, const std::string& name, const PatternMatch& match, const SourcePart& part) {
    std::shared_ptr<Source> source = opener_.open(path, part);
    if (refused_as_variable(name, part.variable, *source)) return;
    const Grid grid = placed(source->grid());
    if (!grid.crs().known()) {
      complain("path", spec_.path_at, path + " has no CRS", "give inputs." + spec_.name + ".crs, as 'EPSG:32632'");
      return;
    }
    PlannedFile planned{path, name, source->fingerprint(), grid, source->chunk(), source->interleaved(), {}};
    planned.scratch = source->scratch_bytes();
    planned.by_gdal = source->by_gdal();
    for (std::size_t band = 0; band < source->bands().size(); ++band) planned.types.push_back(source->stored_type(static_cast<int>(band)));
    found_.push_back({inventory_.files.size(), match, part.variable});
    inventory_.files.push_back({std::move(planned), std::move(source)});
  }

  /// A grid of cells of their own becomes one of numbered rows and columns; unless the recipe tells the CRS of evenly spaced ones.
  [[nodiscard]] Grid placed(const Grid& grid) const {
    if (spec_.crs.empty()) return grid.cells() ? Grid(grid.cells()) : grid;
    Crs crs = crs_.read(spec_.crs);
    const bool by_cells = grid.cells() && grid.affine() == Affine{} && (crs.geographic || !grid.cells()->curvilinear());
    if (by_cells) return Grid(in_crs(*grid.cells(), std::move(crs)));
    return {std::move(crs), grid.affine(), grid.shape()};
  }

  static bool is_labelled(const Source& source) { return source.bands().size() > 1 || !source.bands()[0].label.empty(); }

  /// Bands of a variable that has none, and another name.
  bool refused_as_variable(const std::string& name, const std::string& variable, const Source& source) {
    if (variable.empty() || has_band_ || spec_.bands.empty() || is_labelled(source)) return false;
    const auto is_it = [&](const BandSpec& band) { return band.band == variable; };
    if (std::any_of(spec_.bands.begin(), spec_.bands.end(), is_it)) return false;
    const BandSpec& first = spec_.bands.front();
    complain("bands." + first.layer, first.at, name + " has no variable '" + first.band + "'", "use " + variable);
    return true;
  }

  [[nodiscard]] const std::string& name_of(std::size_t file) const { return inventory_.files[file].planned.name; }
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
    if (is_one_variable(found_.front())) {
      if (spec_.band)
        complain("band", spec_.at, "'" + found_.front().variable + "' of " + name_of(found_.front().file) + " has no numbered bands",
                 "remove it");
      return {{spec_.at, spec_.name, found_.front().variable, {}}};
    }
    if (spec_.band) return {{spec_.at, spec_.name, std::to_string(*spec_.band), {}}};
    const auto& bands = bands_of(found_.front().file);
    for (std::size_t i = 0; i < bands.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      const std::string layer = is_name(bands[i].label) ? bands[i].label : bands.size() == 1 ? spec_.name : "b" + number;
      wanted.push_back({spec_.at, layer, number, {}});
    }
    return wanted;
  }

  /// Whether a file was opened as a variable whose bands have no names.
  [[nodiscard]] bool is_one_variable(const Found& found) const {
    return !found.variable.empty() && !is_labelled(*inventory_.files[found.file].source);
  }

  /// By what a band is called in a file, besides its number.
  static const std::string& text_of(const BandFacts& facts) { return facts.label.empty() ? facts.description : facts.label; }

  /// A description that several bands of a file have.
  bool refused_as_several(const BandSpec& band, const Found& found) {
    if (has_band_ || is_one_variable(found) || band.band.empty()) return false;
    std::vector<std::string> numbers;
    const auto& bands = bands_of(found.file);
    for (std::size_t i = 0; i < bands.size(); ++i)
      if (text_of(bands[i]) == band.band) numbers.push_back(std::to_string(i + 1));
    if (numbers.size() < 2) return false;
    complain_of_band(band, name_of(found.file) + " has " + std::to_string(numbers.size()) + " bands '" + band.band + "'",
                     "give the number of one: " + list_words(numbers));
    return true;
  }

  /// The number (from 0) of a band in a file, by its number from 1 or its description; nothing if the file has no such band.
  [[nodiscard]] std::optional<int> band_in(const Found& found, const std::string& band) const {
    const auto& bands = bands_of(found.file);
    if (has_band_ || is_one_variable(found)) return 0;
    for (std::size_t i = 0; i < bands.size(); ++i)
      if (text_of(bands[i]) == band && !band.empty()) return static_cast<int>(i);
    const auto number = Value::scalar(band).integer();
    if (number && *number >= 1 && *number <= static_cast<std::int64_t>(bands.size())) return static_cast<int>(*number - 1);
    return std::nullopt;
  }

  void add_layer(InventoryInput& input, const BandSpec& band) {
    InventoryLayer layer;
    layer.name = band.layer;
    const std::size_t before = diagnostics_.size();
    TimeSteps steps(spec_, inventory_, diagnostics_);
    for (const Found& f : found_) {
      const bool other = has_band_ ? f.match.band != band.band : is_one_variable(f) && f.variable != band.band;
      const auto number = other ? std::nullopt : band_in(f, band.band);
      if (!other && !number) return unknown_band(band, f.file);
      if (!other && refused_as_several(band, f)) return;
      if (other)
        steps.expect(f.file, f.match.time);
      else
        steps.add(f.file, *number, f.match.time);
    }
    if (!steps.sort(layer) || failed(before)) return;
    const auto first = std::find_if(layer.steps.begin(), layer.steps.end(), [](const auto& parts) { return !parts.empty(); });
    if (first == layer.steps.end()) {
      if (has_band_) complain_of_band(band, "no file has the band '" + band.band + "'", "use " + band_texts());
      return;
    }
    if (spec_.on_error == OnError::fail) check_dates(band, layer);
    const InventoryLayer::Part part = first->front();
    LayerDecoder(spec_, band, units_, inventory_, diagnostics_).decode(layer, part);
    if (!failed(before)) input.layers.push_back(std::move(layer));
  }

  void unknown_band(const BandSpec& band, std::size_t file) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < bands_of(file).size(); ++i) {
      const std::string& text = text_of(bands_of(file)[i]);
      known.push_back(std::to_string(i + 1) + (text.empty() ? "" : " (" + text + ")"));
    }
    complain_of_band(band, name_of(file) + " has no band '" + band.band + "'", "use " + list_words(known));
  }

  /// At the key that names the band; by a pattern or the file alone it is named by none.
  void complain_of_band(const BandSpec& band, const std::string& problem, const std::string& remedy) {
    if (spec_.bands.empty())
      complain(spec_.band ? "band" : "path", spec_.band ? spec_.at : spec_.path_at, problem, remedy);
    else
      complain("bands." + band.layer, band.at, problem, remedy);
  }

  /// All dates that have no file for a band, in one line.
  void check_dates(const BandSpec& band, const InventoryLayer& layer) {
    const auto is_empty = [](const auto& parts) { return parts.empty(); };
    const auto missing = std::count_if(layer.steps.begin(), layer.steps.end(), is_empty);
    if (missing == 0) return;
    const auto step = std::find_if(layer.steps.begin(), layer.steps.end(), is_empty) - layer.steps.begin();
    const std::string date = to_text(from_seconds(layer.times.seconds[static_cast<std::size_t>(step)], layer.times.calendar));
    const std::string of_all =
        std::to_string(missing) + " of " + std::to_string(layer.steps.size()) + " dates, the first " + date + ", have";
    complain_of_band(band, (missing == 1 ? date + " has" : of_all) + " no file for band '" + band.band + "'",
                     std::string(missing == 1 ? "add the file" : "add the files") + ", narrow `select`, or set on_error: nodata");
  }

  [[nodiscard]] std::string band_texts() const {
    std::set<std::string> texts;
    for (const Found& f : found_) texts.insert(f.match.band);
    return list_words({texts.begin(), texts.end()});
  }

  SourceOpener& opener_;
  CrsReader& crs_;
  UnitConverter& units_;
  Inventory& inventory_;
  std::vector<Found> found_;
  std::optional<std::pair<DateTime, DateTime>> passed_over_;  ///< the first and last time that names tell and nobody selects
  bool has_band_ = false, refused_ = false;
};

}  // namespace

Inventory take_inventory(const Recipe& recipe, SourceOpener& opener, CrsReader& crs, UnitConverter& units,
                         std::vector<Diagnostic>& diagnostics) {
  Inventory inventory;
  for (const auto& spec : recipe.inputs)
    if (spec.rasterize || !spec.whole)
      inventory.inputs.push_back({&spec, {}});
    else
      inventory.inputs.push_back(InputTaker(spec, opener, crs, units, inventory, diagnostics).take());
  return inventory;
}

}  // namespace terroir
