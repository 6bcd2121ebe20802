#pragma once

#include "kernels/value.h"
#include "tiling/block.h"
#include "tiling/grid.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// How far a process looks, in the terms of map algebra (Tomlin 1990).
enum class Scope { local, focal, zonal, global };

/// How a process uses time: each step by itself, step after step with a state per pixel, or all steps at once.
enum class TimeUse { pointwise, streaming, series };

/// What stands beyond the edge of a layer's extent for a focal process.
enum class Boundary { nodata, replicate, reflect, wrap };

/// Whether a process is run for each layer of `data` by itself, or takes the layers that it names ("bands") together.
enum class Take { each, bands };

/// When a process that changes the grid goes by the areas that a destination pixel shares with those of the source: never; in one CRS where
/// rows are uneven; also across CRSs; or always, so that it cannot run where they are not known.
enum class Areas { unused, of_uneven_rows, where_known, needed };

/// What is known of a layer besides its pixels; empty text where nothing is.
struct LayerInfo {
  std::string name;           ///< of an output: the suffix (Take::each) or the layer's name (Take::bands); may be empty
  std::string unit;           ///< UDUNITS
  std::string standard_name;  ///< CF
  std::string long_name;
  std::string cell_methods;  ///< CF, "time: mean"
  bool categorical = false;
  std::string formula = {};  ///< where this layer's is not the whole process's
};

/// Ground size of the pixels of each row of a window, metres; it shrinks polewards on geographic grids.
struct Ground {
  std::span<const double> width, height;
};

/// Where the centres of a patch of destination pixels lie in the source grid of another CRS, in corner-based pixels: given for the
/// centres of every `spacing`-th row and column, bilinear between those, and NaN where there is no answer. For a kernel that goes by
/// areas: where the upper left corners lie, and so all corners.
struct ControlPatch {
  Window place;                    ///< on the destination's lattice
  Index spacing = 1;               ///< divides the sides of `place`
  std::vector<PixelPoint> points;  ///< (rows / spacing + 1) x (cols / spacing + 1), row-major
  bool corners = false;            ///< points are corners, not centres
  /// With corners, of a source whose rows are uneven: where they begin, and the last one ends, from the north.
  std::shared_ptr<const std::vector<double>> row_edges = nullptr;
  [[nodiscard]] Index points_per_row() const noexcept { return place.cols / spacing + 1; }
  [[nodiscard]] const PixelPoint& at(Index row, Index col) const noexcept {
    return points[static_cast<std::size_t>(row * points_per_row() + col)];
  }
};

/// How the pixels of a destination grid lie in a source grid. Of the same CRS, in corner-based pixels: source = offset + scale *
/// destination, on rows and columns; where rows are uneven, source rows are found among `row_edges`, in the unit of these. Of another: by
/// the patches that overlap the destination; of the scales only the signs count then, equal where both lie the same way round. Positions
/// are absolute, so no result depends on a block's corner.
struct GridMap {
  double row_scale = 1, row_offset = 0, col_scale = 1, col_offset = 0;
  Window destination;  ///< of the output block
  Window source;       ///< of the input block, its halo not counted
  std::span<const std::shared_ptr<const ControlPatch>> patches = {};
  Window extent = {};                            ///< with patches: where the source can have data
  Index period = 0;                              ///< columns after which the source begins again, of a globe; 0: none
  double first_latitude = 0, latitude_step = 0;  ///< of a geographic source on rows: degrees at pixel row 0, and for each row; else 0
  double largest_scale = 1;  ///< with patches: source pixels for each destination pixel beyond which a footprint is not widened
  double turn = 0;           ///< with patches: columns of 360 degrees, by which positions side by side may differ; 0: none
  bool torn = false;         ///< with patches: more than the largest scale is a jump from one place to another, no footprint
  std::span<const double> row_edges = {};  ///< of a source in one CRS whose rows are uneven: where they begin, and the last one ends
};

/// What one call of a kernel works on. Inputs carry the halo that the kernel asked for; static inputs are broadcast over time.
struct Args {
  std::span<const Block<const float>> in;
  std::span<const Block<float>> out;
  Ground ground;                   ///< for each row of `out`
  std::span<const double> fitted;  ///< the final state of a global process
  GridMap map;                     ///< of a process that changes the grid
  std::byte* scratch = nullptr;    ///< `scratch_bytes`, aligned to 64, content undefined
};

/// State of a streaming process: `planes` doubles for each pixel, stored plane after plane, row-major.
struct StateView {
  double* data = nullptr;
  Shape shape;
  [[nodiscard]] double* plane(Index p) const noexcept { return data + p * shape.area(); }
};

class BoundKernel;

/// Runs several kernels that share their one input in one sweep; `args.out` holds their outputs one after another.
using Sweep = void (*)(std::span<const BoundKernel* const> kernels, const Args& args) noexcept;

/// A process whose parameters are fixed and checked: immutable, pure, safe to share between threads.
class BoundKernel {
 public:
  virtual ~BoundKernel() = default;

  /// Names of the layers of `data` that the kernel takes, in the order of `Args::in` (Take::bands only).
  [[nodiscard]] virtual std::vector<std::string> bands() const { return {}; }
  /// What comes out, given what goes in; same order as `Args::out`.
  [[nodiscard]] virtual std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const = 0;
  [[nodiscard]] virtual TimeUse time_use() const noexcept { return TimeUse::pointwise; }
  /// Parameters with which nothing would come out of so many times, and why.
  [[nodiscard]] virtual std::vector<std::pair<std::string, Complaint>> misfits(Index /*times*/) const { return {}; }
  [[nodiscard]] virtual Halo halo() const noexcept { return {}; }
  [[nodiscard]] virtual Boundary boundary() const noexcept { return Boundary::nodata; }
  [[nodiscard]] virtual std::size_t scratch_bytes(Index /*times*/, Shape /*block*/) const noexcept { return 0; }
  [[nodiscard]] virtual Sweep sweep() const noexcept { return nullptr; }
  /// What the sweep needs to know of this kernel; its type is the sweep's business.
  [[nodiscard]] virtual const void* sweep_part() const noexcept { return nullptr; }

  /// Computes a block. Pointwise: out.times() == in.times(). Series: all times in, out.times() == 1. Global: applies `fitted`.
  virtual void run(const Args&) const noexcept {}

  /// Streaming: doubles per pixel, and the three phases. `advance` gets the next times, in order.
  [[nodiscard]] virtual Index state_planes() const noexcept { return 0; }
  virtual void init(StateView) const noexcept {}
  virtual void advance(std::span<const Block<const float>> /*in*/, StateView) const noexcept {}
  virtual void finish(StateView, std::span<const Block<float>> /*out*/) const noexcept {}

  /// Global: doubles of the state; the state of one block at one time; and the merge of two neighbouring parts (not commutative).
  [[nodiscard]] virtual Index fit_size() const noexcept { return 0; }
  virtual void observe(std::span<const Block<const float>> /*in*/, std::span<double> /*state*/) const noexcept {}
  virtual void merge(std::span<double> /*into*/, std::span<const double> /*next*/) const noexcept {}

  /// Changes the grid: how far from a destination pixel's centre source pixels matter, in source pixels, at a scale of
  /// `scale` source pixels for each destination pixel. Nothing for processes that stay on their grid.
  [[nodiscard]] virtual std::optional<double> support(double /*scale*/) const noexcept { return std::nullopt; }
  /// Whether a destination pixel has a value where any part of it lies in the source, not only its centre.
  [[nodiscard]] virtual bool by_footprint() const noexcept { return false; }
  /// Which areas it goes by; across CRSs these follow from the positions of a destination pixel's corners, not of its centre.
  [[nodiscard]] virtual Areas areas() const noexcept { return Areas::unused; }
};

/// One input of a process as a recipe names it: `data`, `mask`.
struct Port {
  std::string name, unit, summary;
};

/// Kinds of parameter values, as the recipe's schema knows them.
enum class ParameterKind { number, integer, boolean, text, choice, numbers, texts, choices, map };

/// One parameter: the single declaration that parsing, checks, help, JSON and the reference are made from.
struct Parameter {
  std::string name, unit, summary;
  ParameterKind kind = ParameterKind::number;
  std::vector<std::string> choices;
  std::optional<double> min, max, min_excluded;
  bool required = false;
  Value standard;       ///< the value in force when none is given
  std::string example;  ///< a value for the reference's example, when the parameter must be given
  std::function<std::optional<Complaint>(void* kernel, const Value&)> assign;
  std::function<Value(const void* kernel)> read;               ///< the value in force, for the canonical recipe
  std::function<std::optional<Complaint>(const Value&)> rule;  ///< what is wrong with a value of the right type, if there is one

  Parameter& at_least(double value) { return min = value, *this; }
  Parameter& at_most(double value) { return max = value, *this; }
  Parameter& above(double value) { return min_excluded = value, *this; }
  Parameter& in_unit(std::string text) { return unit = std::move(text), *this; }
  Parameter& follows(std::function<std::optional<Complaint>(const Value&)> check) { return rule = std::move(check), *this; }
  Parameter& must_be_given() { return required = true, *this; }
  Parameter& such_as(std::string value) { return example = std::move(value), *this; }
};

/// The whole declaration of a process.
struct ProcessInfo {
  std::string name, family, summary, formula, citation;
  Scope scope = Scope::local;
  Take take = Take::each;
  std::vector<Port> inputs;   ///< `data` first
  std::vector<Port> outputs;  ///< for the reference; layers themselves come from BoundKernel::outputs
  std::vector<Parameter> parameters;
};

/// What became of the settings of a step: a kernel, or what is wrong with them (each where it stands), and the values in force.
struct Binding {
  std::shared_ptr<const BoundKernel> kernel;
  std::vector<Diagnostic> diagnostics;  ///< `where` is the parameter's name
  std::vector<std::pair<std::string, Value>> settings;
};

/// One entry of the catalogue.
struct Process {
  ProcessInfo info;
  std::function<Binding(const std::vector<Value::Entry>& settings)> bind;
};

}  // namespace terroir
