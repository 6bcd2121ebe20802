#include "pipeline/plan/graph.h"

#include "kernels/catalog.h"
#include "pipeline/error.h"
#include "pipeline/plan/class_mask.h"
#include "pipeline/plan/layer_names.h"
#include "pipeline/plan/regridding.h"
#include "pipeline/plan/shared_axis.h"
#include "pipeline/plan/target_grid.h"
#include "pipeline/plan/turns.h"
#include "pipeline/plan/warps.h"
#include "pipeline/recipe/report.h"
#include "tiling/cells.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace terroir {
namespace {

class GraphBuilder {
 public:
  GraphBuilder(const Recipe& recipe, Inventory& inventory, CrsReader& crs, Plan& plan, std::vector<Diagnostic>& diagnostics)
      : recipe_(recipe),
        inventory_(inventory),
        plan_(plan),
        diagnostics_(diagnostics),
        warps_(crs, plan),
        names_(recipe, plan, diagnostics) {}

  std::vector<OutputLayers> build(const std::optional<Grid>& target) {
    placed_ = target.has_value();
    plan_.lattices.push_back(target.value_or(Grid()));
    for (auto& file : inventory_.files) plan_.files.push_back(file.planned);
    for (auto& input : inventory_.inputs) add_input(input);
    for (const auto& step : recipe_.steps) add_step(step);
    for (std::size_t op = plan_.ops.size(); op-- > 0;)
      if (plan_.ops[op].boundary == Boundary::wrap || plan_.layers[plan_.ops[op].out[0]].periodic) unroll(op);
    std::vector<OutputLayers> outputs;
    for (const auto& output : recipe_.outputs) outputs.push_back(connect_output(output));
    return outputs;
  }

 private:
  void complain(Position at, const std::string& where, const std::string& problem, const std::string& remedy) {
    diagnostics_.push_back({at, where, problem, remedy, false});
  }

  /// The lattice of a grid and the grid's window on it; a new lattice when it lies on none.
  std::pair<std::size_t, Window> lattice_of(const Grid& grid) {
    for (std::size_t i = placed_ ? 0 : 1; i < plan_.lattices.size(); ++i)
      if (const auto window = plan_.lattices[i].locate(grid)) return {i, *window};
    plan_.lattices.push_back(grid);
    return {plan_.lattices.size() - 1, grid.window()};
  }

  LayerId add_layer(PlannedLayer layer) {
    plan_.layers.push_back(std::move(layer));
    return plan_.layers.size() - 1;
  }

  void add_input(InventoryInput& input) {
    const std::string& name = input.spec->name;
    auto& ids = names_.of(name);
    names_.set_broken(name, input.layers.empty());
    for (const auto& layer : input.layers) {
      std::string misaligned;
      const auto grid = layer_grid(layer, inventory_, misaligned);
      if (!grid) {
        tell_misaligned(*input.spec, misaligned, diagnostics_);
        names_.set_broken(name, true);
        continue;
      }
      ids.push_back(add_input_layer(input, layer, *grid));
      if (const auto mask = as_mask(layer, name, recipe_)) as_mask_[ids.back()] = add_input_layer(input, *mask, *grid);
    }
  }

  LayerId add_input_layer(const InventoryInput& input, const InventoryLayer& layer, const Grid& grid) {
    const std::string& name = input.spec->name;
    const auto [lattice, window] = lattice_of(grid);
    PlannedLayer planned;
    planned.info = layer.info;
    planned.step = name;
    planned.variable = input.layers.size() == 1 && layer.name == name ? name : name + "_" + layer.name;
    planned.lattice = lattice;
    const bool turns_matter = placed_ && (lattice == 0 || !input.spec->resample.empty());
    const Turned turns = turned_to(plan_.lattices[0], plan_.lattices[lattice], window, turns_matter);
    planned.extent = turns.extent;
    planned.axis = layer.times.is_static() ? no_entry : share_axis(layer.times, name, plan_.axes);
    const LayerId id = add_layer(std::move(planned));
    InputLayer reading{id, name, layer.decodings, input.spec->on_error, {}};
    for (const auto& parts : layer.steps) {
      auto& step = reading.steps.emplace_back();
      for (const auto& part : parts) {
        const Window placed = *plan_.lattices[lattice].locate(inventory_.files[part.file].planned.grid);
        for (const Index shift : turns.shifts) step.push_back({part.file, part.band, part.time, placed.shifted(0, shift), part.decoding});
      }
    }
    plan_.inputs.push_back(std::move(reading));
    if (input.spec->resample.empty() || plan_.layers[id].lattice == 0) return id;
    const Position at = input.spec->at;
    return resample(id, {{"method", at, Value::scalar(input.spec->resample, false, at)}}, name, at).value_or(id);
  }

  void add_step(const StepSpec& step) {
    const std::string where = "steps." + step.name;
    const std::size_t before = diagnostics_.size();
    std::vector<Connected> ports;
    bool whole = step.kernel != nullptr;
    for (const auto& [port, references] : step.inputs) {
      auto connected = names_.resolve(references, where + "." + port);
      if (connected && port != "data")
        for (LayerId& id : connected->layers)
          if (const auto found = as_mask_.find(id); found != as_mask_.end()) id = found->second;
      if (connected && port != "data" && connected->layers.size() != 1 && !references.empty()) {
        complain(place_of(step, references), where + "." + port,
                 "'" + port + "' must be one layer, not " + std::to_string(connected->layers.size()), "name one, as s2.SCL");
        connected.reset();
      }
      whole = whole && connected.has_value();
      if (connected) ports.push_back(std::move(*connected));
    }
    if (whole && step.process->info.take == Take::bands)
      add_band_op(step, ports);
    else if (whole)
      for (std::size_t i = 0; i < ports[0].layers.size() && diagnostics_.size() == before; ++i) add_layer_op(step, ports, i);
    name_layers(step);
    names_.set_broken(step.name, !whole || diagnostics_.size() > before);
  }

  void add_layer_op(const StepSpec& step, const std::vector<Connected>& ports, std::size_t i) {
    const LayerId data = ports[0].layers[i];
    if (step.kernel->support(1)) {
      const auto bring = [&](LayerId from) {
        const auto id = resample(from, settings_of(step), step.name, step.at);
        if (id) plan_.layers[*id].info.name = ports[0].names[i];
        return id;
      };
      const auto brought = bring(data);
      if (!brought) return;
      names_.of(step.name).push_back(*brought);
      if (const auto mask = as_mask_.find(data); mask != as_mask_.end())
        if (const auto as_mask = bring(mask->second)) as_mask_[*brought] = *as_mask;
      return;
    }
    std::vector<LayerId> in = {data};
    for (std::size_t p = 1; p < ports.size(); ++p) in.push_back(ports[p].layers[0]);
    const bool single = ports[0].layers.size() == 1;
    add_op(step, in, [&](const std::string& suffix) {
      if (suffix.empty()) return ports[0].names[i];
      return single ? suffix : ports[0].names[i] + "_" + suffix;
    });
  }

  static std::vector<Value::Entry> settings_of(const StepSpec& step) {
    std::vector<Value::Entry> settings;
    for (const auto& [name, value] : step.settings)
      if (value.is_scalar()) settings.push_back({name, step.at, value});
    return settings;
  }

  void add_band_op(const StepSpec& step, const std::vector<Connected>& ports) {
    std::vector<LayerId> in;
    for (const auto& band : step.kernel->bands()) {
      const auto id = names_.called(band, ports[0]);
      if (!id) {
        names_.complain_of_band(step, band, ports[0]);
        continue;
      }
      in.push_back(*id);
    }
    if (in.size() != step.kernel->bands().size()) return;
    for (std::size_t p = 1; p < ports.size(); ++p) in.push_back(ports[p].layers[0]);
    add_op(step, in, [&](const std::string& name) { return name.empty() ? step.name : name; });
  }

  /// Whether all layers of an op lie on one lattice and share one time axis; complains otherwise.
  bool agree(const StepSpec& step, const std::vector<LayerId>& in, std::size_t& axis) {
    const PlannedLayer& first = plan_.layers[in[0]];
    axis = no_entry;
    LayerId timed = in[0];
    for (const LayerId id : in) {
      const PlannedLayer& layer = plan_.layers[id];
      if (placed_ && layer.lattice != first.lattice) {
        complain(step.at, "steps." + step.name, "'" + first.variable + "' and '" + layer.variable + "' are on different grids",
                 "bring one onto the recipe's grid: inputs.NAME.resample, or a step with process: resample");
        return false;
      }
      if (layer.axis != no_entry && axis != no_entry && layer.axis != axis) {
        complain_of_times(step, plan_.layers[timed], layer);
        return false;
      }
      if (layer.axis != no_entry) axis = layer.axis, timed = id;
    }
    return true;
  }

  void complain_of_times(const StepSpec& step, const PlannedLayer& one, const PlannedLayer& other) {
    const Calendar first = plan_.axes[one.axis].calendar, second = plan_.axes[other.axis].calendar;
    if (same_dates(first, second, plan_.axes[one.axis].seconds.front()))
      return complain(step.at, "steps." + step.name, "'" + one.variable + "' and '" + other.variable + "' have different times",
                      "reduce one over time, or select the same times");
    complain(step.at, "steps." + step.name,
             "'" + one.variable + "' counts in the calendar " + calendar_name(first) + " and '" + other.variable + "' in " +
                 calendar_name(second),
             "reduce one over time, or convert one: cdo setcalendar");
  }

  /// Where a parameter stands, else the step.
  static Position place_of_parameter(const StepSpec& step, const std::string& parameter) {
    for (const auto& [name, value] : step.settings)
      if (name == parameter && value.at().line > 0) return value.at();
    return step.at;
  }

  bool suits_times(const StepSpec& step, std::size_t axis) {
    const auto misfits = step.kernel->misfits(axis == no_entry ? 1 : plan_.axes[axis].steps());
    for (const auto& [parameter, complaint] : misfits)
      complain(place_of_parameter(step, parameter), "steps." + step.name + "." + parameter, complaint.problem, complaint.remedy);
    return misfits.empty();
  }

  template <class Naming>
  void add_op(const StepSpec& step, const std::vector<LayerId>& in, const Naming& naming) {
    std::size_t axis = no_entry;
    if (!agree(step, in, axis)) return;
    const BoundKernel& kernel = *step.kernel;
    if (const auto& cells = plan_.lattices[plan_.layers[in[0]].lattice].cells(); cells && step.process->info.scope != Scope::local) {
      complain(step.at, "steps." + step.name,
               "'" + plan_.layers[in[0]].variable + "' is on " + cells->kind() + ", which " + step.process->info.name + " does not know",
               "bring it onto the recipe's grid first: inputs.NAME.resample, or a step with process: resample");
      return;
    }
    if (kernel.time_use() != TimeUse::pointwise && axis == no_entry) {
      complain(place_of(step, step.inputs[0].second), "steps." + step.name + ".data",
               "'" + plan_.layers[in[0]].variable + "' has no time to reduce", "give its input a {time:...} pattern");
      return;
    }
    if (!suits_times(step, axis)) return;
    Op op{step.name,     step.kernel,       in,           {},      step.process->info.scope, kernel.time_use(),
          kernel.halo(), kernel.boundary(), std::nullopt, no_entry};
    if (op.scope == Scope::global) op.fit = plan_.fit_count++;
    std::vector<LayerInfo> infos;
    Window extent = plan_.layers[in[0]].extent;
    for (const LayerId id : in) {
      infos.push_back(plan_.layers[id].info);
      infos.back().formula.clear();  // the input's own, not that of what is made of it
      extent = intersect(extent, plan_.layers[id].extent);
    }
    for (LayerInfo& info : kernel.outputs(infos)) {
      PlannedLayer layer;
      info.name = naming(info.name);
      layer.info = std::move(info);
      layer.step = step.name;
      layer.lattice = plan_.layers[in[0]].lattice;
      layer.extent = extent;
      layer.axis = op.time_use == TimeUse::pointwise ? axis : no_entry;
      layer.producer = plan_.ops.size();
      op.out.push_back(add_layer(std::move(layer)));
      names_.of(step.name).push_back(op.out.back());
    }
    plan_.ops.push_back(std::move(op));
  }

  /// A layer brought onto the recipe's grid; categorical ones by the nearest pixel or the mode. Nothing where that cannot be.
  std::optional<LayerId> resample(LayerId source, std::vector<Value::Entry> settings, const std::string& step, Position at) {
    PlannedLayer layer = plan_.layers[source];
    for (Value::Entry& setting : settings)
      if (setting.key == "method" && layer.info.categorical && setting.value.text() != "mode")
        setting.value = Value::scalar("nearest", false, at);
    Op op{step,         find_process("resample")->bind(settings).kernel,
          {source},     {},
          Scope::local, TimeUse::pointwise,
          {},           Boundary::nodata,
          std::nullopt, no_entry};
    if (placed_ && !bring_onto_grid(op, layer, at)) return std::nullopt;
    layer.info.formula.clear();
    layer.step = step;
    layer.lattice = 0;
    layer.producer = plan_.ops.size();
    layer.periodic = false;
    const LayerId id = add_layer(std::move(layer));
    op.out = {id};
    plan_.ops.push_back(std::move(op));
    return id;
  }

  /// Finds how an op brings its layer onto the recipe's grid, and what of the grid `layer` then covers; false where it cannot.
  bool bring_onto_grid(Op& op, PlannedLayer& layer, Position at) {
    PlannedLayer& from = plan_.layers[op.in[0]];
    const std::string where = (names_.is_input(op.step) ? "inputs." : "steps.") + op.step;
    const Regridding regridding(plan_.lattices[from.lattice], from.extent, plan_.lattices[0]);
    try {
      const bool by_areas = regridding.by_areas(op.kernel->areas());
      const auto points = by_areas ? Warp::Points::corners : Warp::Points::centres;
      if (by_areas ? regridding.changes_crs() : regridding.warps())
        op.warp = warps_.from(from, *op.kernel, points), layer.extent = op.warp->covered();
      else
        op.map = regridding.map(), layer.extent = regridding.covered(op.kernel->by_footprint());
    } catch (const Error& error) {
      const Complaint said = complaint_of(error);
      if (names_.breaks(op.step))  // once for all layers of an input
        complain(at, where, "'" + from.variable + "' cannot come onto the recipe's grid: " + said.problem, said.remedy);
      return false;
    }
    if (op.warp && intersect(layer.extent, plan_.lattices[0].window()).empty() && names_.breaks(op.step))
      complain(at, where, "'" + from.variable + "' does not overlap the recipe's grid: it lies at " + warps_.place_text(*op.warp),
               "check its CRS and the grid's bounds");
    const Index period = op.warp ? op.warp->period() : op.map->period;
    if (period > 0 && period == from.extent.cols && from.producer == no_entry) from.periodic = true;
    return true;
  }

  /// Gives the layers of a step their variable names and finds doubled ones.
  void name_layers(const StepSpec& step) {
    const auto& ids = names_.of(step.name);
    std::set<std::string> seen;
    for (const LayerId id : ids) {
      PlannedLayer& layer = plan_.layers[id];
      layer.variable = ids.size() == 1 ? step.name : step.name + "_" + layer.info.name;
      if (!seen.insert(layer.info.name).second)
        complain(step.at, "steps." + step.name, "two of its layers are named '" + layer.info.name + "'", "split the step in two");
    }
  }

  /// At the step that cannot wrap, or at the one, or the input, that brings its layer onto the grid.
  void complain_of_wrap(const Op& op, const std::string& variable) {
    const std::string problem =
        "'" + variable + "' does not go once around the globe, so " + (op.regrids() ? "what is made of it" : "it") + " cannot wrap";
    const std::string remedy = "use boundary: nodata, replicate or reflect";
    for (const StepSpec& step : recipe_.steps)
      if (step.name == op.step)
        return complain(place_of_parameter(step, "boundary"), "steps." + op.step + (op.regrids() ? "" : ".boundary"), problem, remedy);
    for (const InputSpec& input : recipe_.inputs)
      if (input.name == op.step) complain(input.places.at("resample"), "inputs." + op.step + ".resample", problem, remedy);
  }

  /// Lets the columns of an op's inputs go on beyond their extent, for `boundary: wrap` further down.
  void unroll(OpId id) {
    const Op& op = plan_.ops[id];
    for (const LayerId in : op.in) {
      PlannedLayer& layer = plan_.layers[in];
      const Grid& grid = plan_.lattices[layer.lattice];
      if (!placed_) continue;
      const double width = static_cast<double>(layer.extent.cols) * grid.affine().dx;
      if (!grid.crs().geographic || std::abs(width - 360) > 1e-6 * 360) {
        if (names_.breaks(op.step)) complain_of_wrap(op, layer.variable);
        return;
      }
      layer.periodic = true;
    }
  }

  OutputLayers connect_output(const OutputSpec& spec) {
    OutputLayers output{&spec, {}, spec.layers_known && spec.whole};
    std::set<std::string> taken;
    for (const auto& [name, reference] : spec.layers) {
      const auto connected = names_.resolve({reference}, "outputs." + spec.name + ".layers");
      output.whole = output.whole && connected.has_value();
      if (!connected) continue;
      for (const LayerId id : connected->layers) {
        const PlannedLayer& layer = plan_.layers[id];
        const std::string variable = name.empty() ? layer.variable : connected->layers.size() == 1 ? name : name + "_" + layer.info.name;
        const std::pair layer_of{variable, id};
        const bool again = std::find(output.layers.begin(), output.layers.end(), layer_of) != output.layers.end();  // told by the text
        const bool clash = !taken.insert(variable).second;
        output.whole = output.whole && !clash;
        if (clash && !again)
          complain(reference.at, "outputs." + spec.name + ".layers", "two layers are named '" + variable + "'",
                   "give one a name of its own, as {other: " + reference.text() + "}");
        output.layers.emplace_back(variable, id);
      }
    }
    return output;
  }

  const Recipe& recipe_;
  Inventory& inventory_;
  Plan& plan_;
  std::vector<Diagnostic>& diagnostics_;
  Warps warps_;
  bool placed_ = false;  ///< the recipe's grid is known; else nothing is said of where layers lie
  LayerNames names_;
  std::map<LayerId, LayerId> as_mask_;  ///< classes, and the same as masks see them
};

}  // namespace

std::vector<OutputLayers> build_graph(const Recipe& recipe, Inventory& inventory, const std::optional<Grid>& target, CrsReader& crs,
                                      Plan& plan, std::vector<Diagnostic>& diagnostics) {
  return GraphBuilder(recipe, inventory, crs, plan, diagnostics).build(target);
}

}  // namespace terroir
