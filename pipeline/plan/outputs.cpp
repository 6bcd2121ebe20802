#include "pipeline/plan/passes.h"
#include "pipeline/plan/shapes.h"
#include "pipeline/ports/store.h"
#include "tiling/cells.h"

#include <algorithm>
#include <set>

namespace terroir {
namespace {

bool is_run_folder(const std::string& name) { return name + "/" == run_folder; }

/// Names that a variable cannot have: coordinates, their bounds, what describes the features of a stacked output, and the journal's folder.
bool is_reserved(const std::string& name, Format format) {
  if (format == Format::netcdf && (name == "x_bnds" || name == "y_bnds" || name == "bnds")) return true;
  return is_run_folder(name) || name == "x" || name == "y" || name == "spatial_ref" || name == "feature" || name.rfind("feature_", 0) == 0;
}

class OutputLayer {
 public:
  OutputLayer(const OutputLayers& from, Plan& plan, std::vector<Diagnostic>& diagnostics)
      : from_(from), spec_(*from.spec), plan_(plan), diagnostics_(diagnostics) {}

  /// The output without its sizes; nothing when its layers do not fit together.
  std::optional<OutputPlan> lay_out() {
    const std::size_t before = diagnostics_.size();
    OutputPlan output;
    output.name = spec_.name;
    output.path = spec_.path;
    output.path_text = spec_.path_text;
    output.format = spec_.format;
    output.zarr_format = spec_.zarr_format;
    output.layout = spec_.layout;
    output.codec = spec_.codec;
    place(output);
    check_names();
    if (diagnostics_.size() > before) return std::nullopt;
    if (spec_.layout == Layout::stacked)
      add_stack(output);
    else
      for (const auto& [name, id] : from_.layers) output.arrays.push_back(array_of(name, {name}, {id}));
    check_encoding(output);
    if (output.format == Format::geotiff) check_bands(output);
    return output;
  }

 private:
  void complain(const std::string& key, const std::string& problem, const std::string& remedy) {
    diagnostics_.push_back({spec_.at_key(key), "outputs." + spec_.name + "." + key, problem, remedy, false});
  }

  void place(OutputPlan& output) {
    const PlannedLayer& first = plan_.layers[from_.layers.front().second];
    output.lattice = first.lattice;
    for (const auto& [name, id] : from_.layers) {
      const PlannedLayer& layer = plan_.layers[id];
      if (layer.lattice != output.lattice)
        complain("layers", "'" + from_.layers.front().first + "' and '" + name + "' are on different grids",
                 "resample one, or write two outputs");
      output.window = bounding(output.window, layer.extent);
    }
    if (const auto& cells = plan_.lattices[output.lattice].cells())
      complain("layers", "'" + from_.layers.front().first + "' is on " + cells->kind() + ", on which nothing can be written",
               "bring it onto the recipe's grid: inputs.NAME.resample, or a step with process: resample");
    if (output.lattice == 0) output.window = plan_.lattices[0].window();
    output.grid = plan_.lattices[output.lattice].sub(output.window);
  }

  void check_names() {
    std::vector<std::string> names;
    for (const auto& [name, id] : from_.layers) names.push_back(name);
    if (spec_.layout == Layout::stacked) names = {spec_.name};
    for (const auto& name : names) {
      bool taken = is_reserved(name, spec_.format);
      for (const auto& axis : plan_.axes) {
        const bool of_bounds = !axis.bounds.empty() && (name == axis.bounds_name() || name == "bnds");
        taken = taken || name == axis.name || of_bounds;
      }
      if (taken) refuse_name(name);
    }
  }

  /// A name that is taken, where it comes from: the output, or a layer of it.
  void refuse_name(const std::string& name) {
    const std::string problem = "a variable cannot be named '" + name +
                                (is_run_folder(name) ? "', which is the folder of the journal" : "', which is a coordinate");
    if (spec_.layout == Layout::stacked) return complain("layout", problem, "give the output another name");
    const auto yields = [&](const auto& layer) {
      const auto& [own, reference] = layer;
      const std::string& start = own.empty() ? reference.name : own;
      return name == start || name.rfind(start + "_", 0) == 0;
    };
    const auto from = std::find_if(spec_.layers.begin(), spec_.layers.end(), yields);
    const bool known = from != spec_.layers.end();
    const std::size_t layer = static_cast<std::size_t>(from - spec_.layers.begin());
    if (known && !refused_.insert(layer).second) return;  // one new name serves all that a layer yields
    diagnostics_.push_back({known ? from->second.at : spec_.at_key("layers"), "outputs." + spec_.name + ".layers", problem,
                            "give it another name, as {value: " + (known ? from->second.text() : name) + "}", false});
  }

  [[nodiscard]] ArrayPlan array_of(const std::string& name, std::vector<std::string> features, std::vector<LayerId> layers) const {
    ArrayPlan array;
    array.name = name;
    array.features = std::move(features);
    array.axis = plan_.layers[layers.front()].axis;
    array.times = array.axis == no_entry ? 1 : plan_.axes[array.axis].size();
    array.layers = std::move(layers);
    const auto encoding = spec_.encoding.find(name);
    if (encoding != spec_.encoding.end()) array.encoding = encoding->second;
    return array;
  }

  void add_stack(OutputPlan& output) {
    std::vector<std::string> features;
    std::vector<LayerId> layers;
    for (const auto& [name, id] : from_.layers) {
      features.push_back(name);
      layers.push_back(id);
      if (plan_.layers[id].axis != plan_.layers[layers.front()].axis)
        complain("layout", "'" + features.front() + "' and '" + name + "' do not share one time axis, so they cannot be stacked",
                 "use layout: variables, or reduce over time");
    }
    output.arrays.push_back(array_of(spec_.name, std::move(features), std::move(layers)));
    output.arrays.back().stacked = true;
  }

  void check_encoding(const OutputPlan& output) {
    std::vector<std::string> known;
    for (const auto& array : output.arrays) known.push_back(array.name);
    for (const auto& [name, encoding] : spec_.encoding) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const auto near = nearest_word(name, known);
      diagnostics_.push_back({encoding.at, "outputs." + spec_.name + ".encoding." + name, "the output has no variable '" + name + "'",
                              near ? "did you mean '" + *near + "'?" : "use " + list_words(known), false});
    }
  }

  /// All bands of a GeoTIFF have one type and one number for missing pixels.
  void check_bands(const OutputPlan& output) {
    const ArrayPlan& first = output.arrays.front();
    for (const auto& array : output.arrays) {
      if (array.encoding.dtype == "int8") complain("encoding." + array.name + ".dtype", "a GeoTIFF has no int8", "use int16");
      if (!output.is_one_file()) continue;
      if (array.encoding.dtype != first.encoding.dtype || array.encoding.nodata != first.encoding.nodata)
        complain("encoding",
                 "'" + first.name + "' and '" + array.name + "' are bands of one GeoTIFF and cannot have different types or nodata",
                 "give them one encoding, or make `path` a folder, which gets a file for each layer");
    }
  }

  const OutputLayers& from_;
  const OutputSpec& spec_;
  Plan& plan_;
  std::vector<Diagnostic>& diagnostics_;
  std::set<std::size_t> refused_;  ///< layers of the recipe whose names were
};

/// What decides the default sizes of all outputs on one window.
struct Bulk {
  Index features = 1, times = 1;
};

Bulk bulk_of(const Plan& plan, const OutputPlan& output) {
  Bulk bulk;
  for (const auto& other : plan.outputs) {
    if (other.lattice != output.lattice || other.window != output.window) continue;
    for (const auto& array : other.arrays) {
      bulk.features = std::max(bulk.features, static_cast<Index>(array.layers.size()));
      bulk.times = std::max(bulk.times, array.times);
    }
  }
  return bulk;
}

/// The windows in which an input of the output's lattice is stored as series, where the output's chunks can begin with them and a process
/// over time runs there: each of its chunks is then decoded for one tile.
std::optional<Shape> series_window(const Plan& plan, const OutputPlan& output) {
  const bool over_time = std::any_of(plan.ops.begin(), plan.ops.end(), [&](const Op& op) {
    return op.time_use != TimeUse::pointwise && plan.layers[op.out[0]].lattice == output.lattice;
  });
  if (!over_time) return std::nullopt;
  for (const InputLayer& input : plan.inputs) {
    if (plan.layers[input.layer].lattice != output.lattice) continue;
    for (const auto& step : input.steps)
      for (const FilePart& part : step) {
        const ChunkShape& chunk = plan.files[part.file].chunk;
        if (chunk.times == 1) continue;
        const Index row = output.window.row - part.placed.row, col = output.window.col - part.placed.col;
        if (row % chunk.shape.rows == 0 && col % chunk.shape.cols == 0) return chunk.shape;
      }
  }
  return std::nullopt;
}

Shape chunk_of(const Plan& plan, const OutputPlan& output, Index features) {
  const Shape grid = output.window.shape();
  const auto window = series_window(plan, output);
  const auto series = window ? series_chunk(grid, *window, features) : std::nullopt;
  const Index side = default_chunk(grid, features);
  return series.value_or(Shape{side, side});
}

void size(OutputPlan& output, const OutputSpec& spec, const Plan& plan, std::vector<Diagnostic>& diagnostics) {
  const Shape grid = output.window.shape();
  const Bulk bulk = bulk_of(plan, output);
  const Shape chunk = chunk_of(plan, output, bulk.features);
  output.chunk = {spec.chunk.rows.value_or(chunk.rows), spec.chunk.cols.value_or(chunk.cols)};
  const Shape shard = default_shard(grid, output.chunk, bulk.features, bulk.times);
  output.shard = {spec.shard.rows.value_or(shard.rows), spec.shard.cols.value_or(shard.cols)};
  if (output.shard.rows % output.chunk.rows != 0 || output.shard.cols % output.chunk.cols != 0)
    diagnostics.push_back({spec.at_key("shard"), "outputs." + spec.name + ".shard",
                           "the shard (" + std::to_string(output.shard.rows) + " x " + std::to_string(output.shard.cols) +
                               ") is no multiple of the chunk (" + std::to_string(output.chunk.rows) + " x " +
                               std::to_string(output.chunk.cols) + ")",
                           "make it a multiple of the chunk", false});
  for (auto& array : output.arrays)
    array.time_chunk = std::min(
        array.times, spec.chunk.time.value_or(default_time_chunk(output.chunk, static_cast<Index>(array.layers.size()), array.times)));
}

}  // namespace

bool OutputPlan::is_one_file() const noexcept { return terroir::is_one_file(format, path); }

void lay_out_outputs(const std::vector<OutputLayers>& all, Plan& plan, std::vector<Diagnostic>& diagnostics) {
  std::vector<const OutputSpec*> specs;
  for (const auto& output : all) {
    if (output.layers.empty() || !output.whole) continue;  // its layers had mistakes of their own
    if (auto planned = OutputLayer(output, plan, diagnostics).lay_out()) {
      plan.outputs.push_back(std::move(*planned));
      specs.push_back(output.spec);
    }
  }
  if (specs.size() < all.size()) return;  // sizes depend on all
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) size(plan.outputs[i], *specs[i], plan, diagnostics);
}

}  // namespace terroir
