#include "pipeline/plan/target_grid.h"

#include "kernels/value.h"
#include "pipeline/error.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/recipe/report.h"
#include "tiling/cells.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

/// Rows or columns at most, which is what readers of rasters count, and pixels: the Earth in half a metre.
constexpr double most_lines = 2147483647, most_pixels = 0x1p51;

/// Rounds outward to whole pixels, but takes a position within a thousandth of a pixel as whole. Throws Error(Fault::mistake) where so
/// many cannot be counted.
Index whole(double p) {
  if (!(std::abs(p) < 0x1p53)) throw Error(Fault::mistake, "its bounds are too far away to be counted in pixels of this size");
  return static_cast<Index>(p);
}
Index floor_pixel(double p) { return whole(std::floor(p + 1e-3)); }
Index ceil_pixel(double p) { return whole(std::ceil(p - 1e-3)); }

Grid cut(const Grid& grid, const std::array<double, 4>& bounds) {
  const PixelPoint a = grid.to_pixel({bounds[0], bounds[3]}), b = grid.to_pixel({bounds[2], bounds[1]});
  const Index row = floor_pixel(a.row), col = floor_pixel(a.col);
  return grid.sub({row, col, ceil_pixel(b.row) - row, ceil_pixel(b.col) - col});
}

/// A layer and the input that has it; null without one.
std::pair<const InventoryLayer*, const InputSpec*> find_layer(const Inventory& inventory, const Reference& reference) {
  for (const auto& input : inventory.inputs) {
    if (input.spec->name != reference.name) continue;
    for (const auto& layer : input.layers)
      if (reference.layer.empty() || layer.name == reference.layer) return {&layer, input.spec};
  }
  return {nullptr, nullptr};
}

/// Whether all layers of an input lie on one lattice, so that `like` may name the input alone.
bool one_lattice(const Inventory& inventory, const std::string& name) {
  for (const auto& input : inventory.inputs) {
    if (input.spec->name != name || input.layers.empty()) continue;
    return std::all_of(input.layers.begin(), input.layers.end(),
                       [&](const InventoryLayer& layer) { return input.layers.front().grid.locate(layer.grid).has_value(); });
  }
  return true;
}

std::optional<Grid> like_grid(const Recipe& recipe, const Inventory& inventory, std::vector<Diagnostic>& diagnostics) {
  const GridSpec& spec = recipe.grid;
  const auto [layer, input] = find_layer(inventory, *spec.like);
  if (layer == nullptr) {
    const bool input_failed = std::any_of(inventory.inputs.begin(), inventory.inputs.end(),
                                          [&](const InventoryInput& i) { return i.spec->name == spec.like->name && i.layers.empty(); });
    if (!input_failed)
      diagnostics.push_back(
          {spec.like->at, "grid.like", "there is no input layer '" + spec.like->text() + "'", "name an input or one of its layers", false});
    return std::nullopt;
  }
  if (spec.like->layer.empty() && !one_lattice(inventory, spec.like->name)) {
    diagnostics.push_back({spec.like->at, "grid.like", "the bands of '" + spec.like->name + "' are on different grids",
                           "name one band, as " + spec.like->name + "." + layer->name, false});
    return std::nullopt;
  }
  std::string misaligned;
  auto grid = layer_grid(*layer, inventory, misaligned);
  if (!grid) {
    tell_misaligned(*input, misaligned, diagnostics);
    return std::nullopt;
  }
  if (grid->cells()) {
    diagnostics.push_back(
        {spec.like->at, "grid.like", "'" + spec.like->text() + "' is on " + grid->cells()->kind() + ", on which nothing can be written",
         "give grid: {crs, resolution, bounds} or {global: DEGREES}, and inputs." + spec.like->name + ".resample: METHOD", false});
    return std::nullopt;
  }
  if (spec.bounds) grid = cut(*grid, *spec.bounds);
  return grid;
}

/// First pixel edge at or before `from` on the lattice of pixels that the anchor fixes.
double anchored(double from, double size, GridSpec::Anchor anchor, double point) {
  const double origin = anchor == GridSpec::Anchor::edge ? 0 : anchor == GridSpec::Anchor::center ? size / 2 : point;
  return origin + static_cast<double>(floor_pixel((from - origin) / size)) * size;
}

Grid numbered_grid(const GridSpec& spec, Crs crs) {
  const auto& [xmin, ymin, xmax, ymax] = *spec.bounds;
  const auto [width, height] = *spec.resolution;
  const double x0 = anchored(xmin, width, spec.anchor, spec.anchor_point[0]);
  const double bottom = anchored(ymin, height, spec.anchor, spec.anchor_point[1]);
  const Index cols = ceil_pixel((xmax - x0) / width), rows = ceil_pixel((ymax - bottom) / height);
  return {std::move(crs), {x0, width, bottom + static_cast<double>(rows) * height, -height}, {rows, cols}};
}

bool is_too_large(const Grid& grid) {
  const auto rows = static_cast<double>(grid.shape().rows), cols = static_cast<double>(grid.shape().cols);
  return rows > most_lines || cols > most_lines || rows * cols > most_pixels;
}

/// Whether a grid in degrees has latitudes that are none, by more than one pixel, or longitudes again and again.
bool leaves_earth(const Grid& grid) {
  if (!grid.crs().geographic) return false;
  const double height = std::abs(grid.affine().dy), width = grid.affine().dx * static_cast<double>(grid.shape().cols);
  const double top = grid.affine().y0, bottom = top - height * static_cast<double>(grid.shape().rows);
  const double last = 90 + 1.001 * height;
  return top > last || bottom < -last || width > 720 + 1.001 * grid.affine().dx;
}

}  // namespace

std::optional<Grid> layer_grid(const InventoryLayer& layer, const Inventory& inventory, std::string& misaligned) {
  Window all;
  for (const auto& parts : layer.steps)
    for (const auto& part : parts) {
      const PlannedFile& file = inventory.files[part.file].planned;
      const auto window = layer.grid.locate(file.grid);
      if (!window) {
        misaligned = file.name;
        return std::nullopt;
      }
      all = bounding(all, *window);
    }
  return layer.grid.sub(all);
}

void tell_misaligned(const InputSpec& input, const std::string& file, std::vector<Diagnostic>& diagnostics) {
  const std::string where = "inputs." + input.name + ".path",
                    problem = file + " is not on the same grid as the other files of '" + input.name + "'";
  const auto same = [&](const Diagnostic& told) { return told.where == where && told.problem == problem; };
  if (std::none_of(diagnostics.begin(), diagnostics.end(), same))
    diagnostics.push_back({input.path_at, where, problem, "give it an input of its own and resample it", false});
}

std::optional<Grid> target_grid(const Recipe& recipe, const Inventory& inventory, CrsReader& crs, std::vector<Diagnostic>& diagnostics) {
  const GridSpec& spec = recipe.grid;
  // A recipe without a grid has that of its only input.
  const bool implied = spec.like && spec.at.line == 0;
  const Position at = implied ? spec.like->at : spec.at;
  const std::string where = implied ? "inputs." + spec.like->name : "grid";
  std::optional<Grid> grid;
  try {
    if (spec.like) {
      grid = like_grid(recipe, inventory, diagnostics);
    } else if (spec.global) {
      const double size = *spec.global;
      const auto count = [&](double degrees) { return static_cast<Index>(std::llround(degrees / size)); };
      grid = Grid(crs.read("EPSG:4326"), {-180, size, 90, -size}, {count(180), count(360)});
    } else {
      grid = numbered_grid(spec, crs.read(spec.crs));
    }
  } catch (const Error& error) {
    const Complaint said = complaint_of(error, "correct the grid");
    diagnostics.push_back({at, where, said.problem, said.remedy, false});
  }
  if (grid && grid->window().empty()) {
    diagnostics.push_back({at, where, "the grid has no pixels", "check bounds: [xmin, ymin, xmax, ymax] in the grid's CRS", false});
    return std::nullopt;
  }
  if (grid && leaves_earth(*grid)) {
    const MapPoint first = grid->to_map({0, 0});
    const MapPoint last = grid->to_map({static_cast<double>(grid->shape().rows), static_cast<double>(grid->shape().cols)});
    diagnostics.push_back({at, where,
                           "the grid reaches beyond a pole, or more than twice around the Earth: longitudes " + number_text(first.x) +
                               " to " + number_text(last.x) + ", latitudes " + number_text(last.y) + " to " + number_text(first.y),
                           implied ? "check " + where + ".crs, or the CRS of the file: it is in degrees"
                                   : "check its bounds, which are in degrees in this CRS",
                           false});
    return std::nullopt;
  }
  if (grid && is_too_large(*grid)) {
    diagnostics.push_back({at, where,
                           "the grid would have " + std::to_string(grid->shape().rows) + " x " + std::to_string(grid->shape().cols) +
                               " pixels, more than can be written",
                           "check the resolution and bounds, which are in units of the grid's CRS", false});
    return std::nullopt;
  }
  return grid;
}

}  // namespace terroir
