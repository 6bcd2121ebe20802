#include "pipeline/json_text.h"
#include "pipeline/plan/coarse.h"
#include "pipeline/plan/memory.h"
#include "pipeline/plan/plan.h"
#include "pipeline/plan/program.h"
#include "pipeline/plan/rechunk.h"
#include "pipeline/plan/value_json.h"
#include "tiling/cells.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <set>

namespace terroir {
namespace {

using Json = nlohmann::ordered_json;

std::string shape_text(Shape s) { return std::to_string(s.rows) + " x " + std::to_string(s.cols); }

std::string crs_text(const Crs& crs) {
  if (!crs.authority.empty()) return crs.authority;
  const std::size_t quote = crs.wkt.find('"');
  return quote == std::string::npos ? "a CRS without name" : crs.wkt.substr(quote + 1, crs.wkt.find('"', quote + 1) - quote - 1);
}

/// Steps of a pass in the order in which they run, each once.
std::vector<std::string> step_names(const Plan& plan, const std::vector<OpId>& ops) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const OpId id : ops)
    if (seen.insert(plan.ops[id].step).second) names.push_back(plan.ops[id].step);
  return names;
}

/// By which operation a step changes the CRS, and how far off that may be.
std::string operation_text(const Op& op) {
  const CrsOperation* operation = op.warp ? op.warp->operation() : nullptr;
  if (operation == nullptr) return op.warp ? " around the globe" : "";
  const double accuracy = operation->accuracy();
  if (op.warp->torn() && accuracy == 0) return " by " + operation->name();
  return " by " + operation->name() + (accuracy < 0 ? ", of unknown accuracy" : ", right to " + number_text(accuracy) + " m");
}

/// Steps that change the grid: none happens without being listed.
std::vector<std::string> resampled(const Plan& plan) {
  std::vector<std::string> lines;
  for (const Op& op : plan.ops)
    if (op.regrids())
      lines.push_back(plan.layers[op.in[0]].variable + ": " + grid_text(plan.lattices[plan.layers[op.in[0]].lattice]) +
                      " -> the recipe's grid" + operation_text(op));
  return lines;
}

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

Index objects_of(const OutputPlan& output) {
  if (output.format != Format::zarr) return output.is_one_file() ? 1 : static_cast<Index>(output.arrays.size());
  const Index places = output.zarr_format == 2
                           ? ceil_div(output.window.rows, output.chunk.rows) * ceil_div(output.window.cols, output.chunk.cols)
                           : output.tiles().size();
  Index objects = 0;
  for (const auto& array : output.arrays) objects += places * (output.zarr_format == 2 ? ceil_div(array.times, array.time_chunk) : 1);
  return objects;
}

std::size_t output_bytes(const OutputPlan& output) {
  std::size_t floats = 0;
  for (const auto& array : output.arrays)
    floats += static_cast<std::size_t>(output.window.shape().area() * array.times) * array.layers.size();
  return floats * sizeof(float);
}

/// Whether files of a layer hold more digits than pixels do.
bool is_rounded(const Plan& plan, const InputLayer& input) {
  for (const auto& step : input.steps)
    for (const auto& part : step) {
      const auto& types = plan.files[part.file].types;
      if (static_cast<std::size_t>(part.band) < types.size() && types[static_cast<std::size_t>(part.band)] == SampleType::float64)
        return true;
    }
  return false;
}

/// What a plan tells of an input's layer.
struct ToldInput {
  const PlannedLayer* layer;
  std::size_t files;
  std::string polygons;  ///< the file of what is burned; empty for a raster
  bool rounded;
};

std::vector<ToldInput> told_inputs(const Plan& plan) {
  std::vector<ToldInput> inputs;
  std::set<std::pair<std::string, std::string>> told;  // what masks see otherwise stands twice in a plan
  for (const auto& input : plan.inputs) {
    const PlannedLayer& layer = plan.layers[input.layer];
    if (!told.insert({layer.step, layer.info.name}).second) continue;
    std::set<std::size_t> files;
    for (const auto& step : input.steps)
      for (const auto& part : step) files.insert(part.file);
    inputs.push_back({&layer, files.size(), files.empty() ? "" : plan.files[*files.begin()].polygons, is_rounded(plan, input)});
  }
  return inputs;
}

void explain_inputs(const Plan& plan, std::string& text) {
  text += "Inputs\n";
  for (const auto& input : told_inputs(plan)) {
    const PlannedLayer& layer = *input.layer;
    text += "  " + layer.variable + ": " + std::to_string(input.files) + (input.files == 1 ? " file" : " files");
    if (layer.axis != no_entry) text += ", " + std::to_string(plan.axes[layer.axis].size()) + " times";
    text += ", " + (input.polygons.empty() ? grid_text(plan.lattices[layer.lattice].sub(layer.extent)) : input.polygons);
    if (layer.info.categorical) text += ", categorical";
    if (input.rounded) text += ", float64 rounded to float32";
    text += "\n";
  }
}

/// A layer that a pass reads, or others that it reads, and that has a pass of its own.
void explain_own(const Plan& plan, const Pass& pass, const Pass& own, std::string& text) {
  const std::string& name = plan.layers[own.keeps[0]].variable;
  if (own.lattice != pass.lattice)
    text += "  computes " + name + " on its own grid, once\n";
  else
    text += "  computes " + name + " in a pass of its own, in chunks of " + shape_text(own.chunk) + ", by " +
            list_words(step_names(plan, own.ops), "and") + ", " + one_decimal(own.recompute) + " pixels for each kept\n";
}

void explain_pass(const Plan& plan, std::size_t number, std::string& text) {
  const Pass& pass = plan.passes[number];
  text += "Pass " + std::to_string(number + 1) + ": " + std::to_string(pass.tiles.size()) + " tiles of " + shape_text(pass.shard) +
          ", chunks of " + shape_text(pass.chunk) + ", blocks of " + shape_text(pass.block) + "\n";
  if (!pass.ops.empty()) text += "  computes " + list_words(step_names(plan, pass.ops), "and") + "\n";
  for (const LayerId layer : coarse_layers(plan, pass)) explain_own(plan, pass, coarse_pass(plan, layer), text);
  if (!pass.fits.empty()) text += "  fits " + list_words(step_names(plan, pass.fits), "and") + "\n";
  if (!pass.kept.empty()) text += "  starts from what pass 1 kept, where memory allowed\n";
  for (std::size_t axis = 0; axis < pass.slab.size(); ++axis)
    if (pass.slab[axis] < plan.axes[axis].size())
      text += "  " + plan.axes[axis].name + " in slabs of " + std::to_string(pass.slab[axis]) + " of " +
              std::to_string(plan.axes[axis].size()) + "\n";
  for (const std::size_t o : pass.outputs) text += "  writes " + plan.outputs[o].name + "\n";
  text += "  reads " + bytes_text(pass.input_bytes) + " of pixels, " + one_decimal(pass.read_amplification) + " times; computes " +
          one_decimal(pass.recompute) + " pixels for each kept\n";
}

std::string chunk_text(const ChunkShape& chunk) { return std::to_string(chunk.times) + " x " + shape_text(chunk.shape); }

void explain_shared(const Plan& plan, std::string& text) {
  const std::uint64_t bytes = shared_bytes(plan);
  if (bytes > 0)
    text += "Layers in passes of their own, shared by the ranks of a node: " + bytes_text(bytes) + " of scratch in " +
            plan.resources.scratch.folder + "\n";
}

/// What is laid out anew before it is read: where, how much, and from which chunks into which.
void explain_rechunk(const Plan& plan, std::string& text) {
  const auto layers = rechunked_layers(plan);
  if (layers.empty()) return;
  text += "Laid out anew, once on each node: " + bytes_text(scratch_bytes(plan)) + " of scratch in " + plan.resources.scratch.folder + "\n";
  for (const auto& [layer, number] : layers) {
    const PlannedFile& file = plan.files[number];
    text += "  " + plan.layers[layer].variable + ": chunks of " + chunk_text(file.rechunk->stored) + " (time, y, x) -> " +
            chunk_text(file.chunk) + "\n";
  }
}

std::string format_text(const OutputPlan& output) {
  if (output.format == Format::zarr) return "zarr v" + std::to_string(output.zarr_format);
  return output.format == Format::netcdf ? "netcdf-4" : "geotiff";
}

void explain_output(const Plan& plan, const OutputPlan& output, std::string& text) {
  text += "Output " + output.name + ": " + output.path_text + "\n";
  text += "  " + format_text(output) + ", " + grid_text(output.grid) + ", " + std::to_string(objects_of(output)) +
          (output.format == Format::zarr ? " objects at most, "
           : objects_of(output) == 1     ? " file, "
                                         : " files, ") +
          bytes_text(output_bytes(output)) + " of pixels\n";
  for (const auto& array : output.arrays) {
    text += "  " + array.name + " (";
    if (array.axis != no_entry) text += plan.axes[array.axis].name + " " + std::to_string(array.times) + ", ";
    if (array.stacked) text += "feature " + std::to_string(array.layers.size()) + ", ";
    text += "y " + std::to_string(output.window.rows) + ", x " + std::to_string(output.window.cols) + ") " + array.encoding.dtype + "\n";
    if (array.stacked) text += "    " + list_words(array.features, "and") + "\n";
  }
}

Json json_shape(Shape s) { return {s.rows, s.cols}; }

Json json_grid(const Grid& g) {
  if (g.cells()) return {{"cells", g.cells()->kind()}, {"shape", json_shape(g.shape())}};
  const Affine& a = g.affine();
  return {{"crs", crs_text(g.crs())}, {"shape", json_shape(g.shape())}, {"transform", {a.dx, 0, a.x0, 0, a.dy, a.y0}}};
}

Json json_input(const Plan& plan, const ToldInput& input) {
  const PlannedLayer& layer = *input.layer;
  const bool still = layer.axis == no_entry, raster = input.polygons.empty();
  return {{"layer", layer.variable},
          {"files", input.files},
          {"times", still ? Json(nullptr) : Json(plan.axes[layer.axis].size())},
          {"grid", raster ? json_grid(plan.lattices[layer.lattice].sub(layer.extent)) : Json(nullptr)},
          {"polygons", raster ? Json(nullptr) : Json(input.polygons)},
          {"categorical", layer.info.categorical},
          {"rounded_to_float32", input.rounded}};
}

Json json_chunk(const ChunkShape& chunk) { return {chunk.times, chunk.shape.rows, chunk.shape.cols}; }

Json json_rechunk(const Plan& plan) {
  Json layers = Json::array();
  for (const auto& [layer, number] : rechunked_layers(plan))
    layers.push_back({{"layer", plan.layers[layer].variable},
                      {"stored", json_chunk(plan.files[number].rechunk->stored)},
                      {"chunk", json_chunk(plan.files[number].chunk)}});
  if (layers.empty()) return nullptr;
  return {{"folder", plan.resources.scratch.folder}, {"bytes", scratch_bytes(plan)}, {"layers", layers}};
}

Json json_own(const Plan& plan, const Pass& own) {
  return {{"layer", plan.layers[own.keeps[0]].variable},
          {"chunk", json_shape(own.chunk)},
          {"steps", step_names(plan, own.ops)},
          {"recompute", own.recompute}};
}

Json json_pass(const Plan& plan, const Pass& pass) {
  Json outputs = Json::array();
  for (const std::size_t o : pass.outputs) outputs.push_back(plan.outputs[o].name);
  Json own = Json::array();
  for (const LayerId layer : coarse_layers(plan, pass)) own.push_back(json_own(plan, coarse_pass(plan, layer)));
  Json starts_from = Json::array();
  for (const LayerId layer : pass.kept) starts_from.push_back(plan.layers[layer].variable);
  return {{"tiles", pass.tiles.size()},          {"tile", json_shape(pass.shard)},
          {"chunk", json_shape(pass.chunk)},     {"block", json_shape(pass.block)},
          {"steps", step_names(plan, pass.ops)}, {"own_passes", own},
          {"fits", step_names(plan, pass.fits)}, {"outputs", outputs},
          {"input_bytes", pass.input_bytes},     {"read_amplification", pass.read_amplification},
          {"recompute", pass.recompute},         {"starts_from", starts_from}};
}

Json json_output(const Plan& plan, const OutputPlan& output) {
  Json arrays = Json::array();
  for (const auto& array : output.arrays)
    arrays.push_back({{"name", array.name},
                      {"features", array.features},
                      {"stacked", array.stacked},
                      {"time", array.axis == no_entry ? Json(nullptr) : Json(plan.axes[array.axis].name)},
                      {"times", array.times},
                      {"time_chunk", array.time_chunk},
                      {"dtype", array.encoding.dtype}});
  return {{"name", output.name},
          {"path", output.path_text},
          {"format", format_text(output)},
          {"zarr_format", output.format == Format::zarr ? Json(output.zarr_format) : Json(nullptr)},
          {"grid", json_grid(output.grid)},
          {"chunk", json_shape(output.chunk)},
          {"shard", json_shape(output.shard)},
          {"objects", objects_of(output)},
          {"pixel_bytes", output_bytes(output)},
          {"arrays", arrays}};
}

}  // namespace

std::string grid_text(const Grid& grid) {
  if (grid.cells()) return shape_text(grid.shape()) + " cells of " + grid.cells()->kind();
  return shape_text(grid.shape()) + " pixels of " + number_text(std::abs(grid.affine().dx)) + " x " +
         number_text(std::abs(grid.affine().dy)) + ", " + crs_text(grid.crs());
}

std::string explain(const Plan& plan) {
  const std::string name = plan.name.empty() ? plan.recipe_file : plan.name;
  std::string text = "Plan of " + name + " (" + plan.hash.substr(0, 12) + ")\nGrid: " + grid_text(plan.lattices[0]) + "\n";
  explain_inputs(plan, text);
  const auto lines = resampled(plan);
  if (!lines.empty()) text += "Resampled\n";
  for (const auto& line : lines) text += "  " + line + "\n";
  explain_rechunk(plan, text);
  explain_shared(plan, text);
  for (std::size_t i = 0; i < plan.passes.size(); ++i) explain_pass(plan, i, text);
  for (const auto& output : plan.outputs) explain_output(plan, output, text);
  text += "Memory of each rank: " + bytes_text(plan.projected_memory()) + " at most";
  if (plan.resources.memory > 0) text += ", " + bytes_text(plan.resources.memory) + " allowed";
  text += "; " + std::to_string(plan.resources.threads) + (plan.resources.threads == 1 ? " thread\n" : " threads\n");
  for (const auto& term : plan.memory) text += "  " + term.name + ": " + bytes_text(term.bytes) + "\n";
  return text;
}

std::string explain_json(const Plan& plan) {
  Json json = {{"name", plan.name},
               {"hash", plan.hash},
               {"grid", json_grid(plan.lattices[0])},
               {"files", plan.files.size()},
               {"resampled", resampled(plan)},
               {"shared_bytes", shared_bytes(plan)},
               {"rechunk", json_rechunk(plan)}};
  for (const auto& input : told_inputs(plan)) json["inputs"].push_back(json_input(plan, input));
  for (const Pass& pass : plan.passes) json["passes"].push_back(json_pass(plan, pass));
  for (const auto& output : plan.outputs) json["outputs"].push_back(json_output(plan, output));
  json["memory"] = {{"projected", plan.projected_memory()}, {"allowed", plan.resources.memory}, {"terms", Json::object()}};
  for (const auto& term : plan.memory) json["memory"]["terms"][term.name] = term.bytes;
  json["ranks"] = plan.resources.ranks;
  json["threads"] = plan.resources.threads;
  return json_text(json, 2);
}

}  // namespace terroir
