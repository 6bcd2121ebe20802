#include "pipeline/plan/rasterize.h"

#include "pipeline/error.h"
#include "pipeline/plan/input_findings.h"
#include "pipeline/plan/memory.h"
#include "pipeline/plan/pattern.h"
#include "pipeline/plan/polygon_choice.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/vector_file.h"
#include "pipeline/redaction/redactor.h"
#include "pipeline/vector/carry.h"
#include "pipeline/vector/polygon_source.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

/// How far beyond the recipe's grid any chain of its steps can look. Polygons are known everywhere, so bounds change no value.
Halo reach_of(const Recipe& recipe) {
  constexpr Index resampling = 8;  // pixels that a method may look at on its own grid
  Halo reach;
  for (const StepSpec& step : recipe.steps)
    if (step.kernel) reach = reach + (step.kernel->support(1) ? Halo{resampling, resampling} : step.kernel->halo());
  return reach;
}

/// The recipe's grid, grown by what its steps look at beyond it, but not around a globe.
Window extent_on(const Grid& target, Halo reach) {
  Window extent = target.window().grown(reach);
  const double around = 360 / std::abs(target.affine().dx);
  if (target.crs().geographic && static_cast<double>(extent.cols) > around) extent.col = 0, extent.cols = target.shape().cols;
  return extent;
}

std::string bounds_text(const std::array<double, 4>& bounds) {
  std::string text;
  for (const double edge : bounds) text += (text.empty() ? "[" : ", ") + number_text(std::round(edge * 1e6) / 1e6);
  return text + "]";
}

/// Takes the polygons of one input.
class PolygonTaker : InputFindings {
 public:
  PolygonTaker(const Recipe& recipe, const InputSpec& spec, SourceOpener& opener, CrsReader& crs, Inventory& inventory,
               std::vector<Diagnostic>& diagnostics)
      : InputFindings(spec, diagnostics), recipe_(recipe), opener_(opener), crs_(crs), inventory_(inventory) {}

  /// `room`: bytes that polygons may take; 0: any.
  void take(const std::optional<Grid>& target, std::size_t room, InventoryInput& input) {
    try {
      if (PathPattern(spec_.path).is_pattern()) {
        complain("path", spec_.path_at, "'" + spec_.path_text + "' is a pattern, and polygons come from one file",
                 "name one file, or join them first: ogrmerge.py -single -o OUT.gpkg FILES");
        return;
      }
      if (!is_crs_known(crs_)) return;
      const std::unique_ptr<VectorFile> file = opener_.vectors(spec_.path);
      const VectorLayer* layer = choose_layer(*file);
      if (layer == nullptr || !usable(*layer)) return;
      const PolygonChoice choice(*spec_.rasterize, *layer);
      for (const auto& [key, complaint] : choice.complaints())
        complain("rasterize." + key, spec_.rasterize->at, complaint.problem, complaint.remedy);
      if (target && choice.complaints().empty()) read(*file, *layer, choice, *target, room, input);
    } catch (const Error& error) {
      if (error.fault() != Fault::mistake && error.fault() != Fault::data) throw error.during("inputs." + spec_.name);
      complain_of("path", spec_.path_at, error, "correct the file or the path");
    }
  }

 private:
  [[nodiscard]] std::string name() const {
    const std::string base = PathPattern(spec_.path).base();
    return without_signature(spec_.path.rfind(base, 0) == 0 ? spec_.path.substr(base.size()) : spec_.path);
  }

  const VectorLayer* choose_layer(const VectorFile& file) {
    const auto& layers = file.layers();
    const std::string& wanted = spec_.rasterize->layer;
    std::vector<std::string> known;
    for (const VectorLayer& layer : layers) {
      if (layer.name == wanted || (wanted.empty() && layers.size() == 1)) return &layer;
      known.push_back(layer.name);
    }
    if (known.empty())
      complain("path", spec_.path_at, name() + " has no layer", "get a fresh copy of it");
    else
      complain("rasterize.layer", spec_.rasterize->at, name() + (wanted.empty() ? " has several layers" : " has no layer '" + wanted + "'"),
               (wanted.empty() ? "give layer: " : "use ") + list_words(known));
    return nullptr;
  }

  bool usable(const VectorLayer& layer) {
    const std::string which = "layer '" + layer.name + "' of " + name();
    if (!layer.polygonal)
      complain("path", spec_.path_at, which + " holds features of type " + layer.geometry + ", not polygons",
               "give it some width first: ogr2ogr -dialect sqlite -sql 'SELECT ST_Buffer(geom, WIDTH), * FROM LAYER'");
    else if (layer.features == 0)
      complain("path", spec_.path_at, which + " has no features", "name another layer or file");
    else if (spec_.crs.empty() && !layer.crs.known())
      complain("path", spec_.path_at, which + " has no CRS", "give inputs." + spec_.name + ".crs, as 'EPSG:32632'");
    else
      return true;
    return false;
  }

  void read(VectorFile& file, const VectorLayer& layer, const PolygonChoice& choice, const Grid& target, std::size_t room,
            InventoryInput& input) {
    const Crs crs = spec_.crs.empty() ? layer.crs : crs_.read(spec_.crs);
    const Grid grid = target.sub(extent_on(target, reach_of(recipe_)));
    std::shared_ptr<const CrsOperation> operation;
    if (crs != target.crs()) operation = crs_.operation(crs, target.crs(), corners(layer.bounds));
    const PixelCarrier carrier(operation, grid, crs.geographic);
    EdgeTable edges(grid.shape(), PolygonSource::chunk_of(grid.shape()).rows);
    Index taken = 0, meeting = 0;
    file.read(layer, choice.attributes(), [&](const Feature& feature) {
      try {
        const auto value = choice.value_of(feature);
        if (!value) return;
        ++taken;
        meeting += add(carrier, feature, *value, edges) ? 1 : 0;
        largest_ = std::max(largest_, points_of(feature));
      } catch (const Error& error) {
        throw error.during(name() + ": feature " + std::to_string(feature.id));
      }
      constexpr Index often = 4096;
      if (room > 0 && taken % often == 0) check_room(edges.bytes(), room);
    });
    if (room > 0) check_room(edges.bytes(), room);
    if (meeting > 0) return add_layer(file, layer, grid, std::move(edges), meeting, operation.get(), input);
    if (taken == 0)
      complain("rasterize", spec_.rasterize->at, "no polygon of layer '" + layer.name + "' is taken, of " + std::to_string(layer.features),
               "check where, classes and the values of their attributes");
    else
      complain("path", spec_.path_at,
               "the polygons of layer '" + layer.name + "' do not meet the recipe's grid: they lie at " + bounds_text(layer.bounds) +
                   " in " + (crs.authority.empty() ? "their CRS" : crs.authority),
               "check their CRS and the grid's bounds");
  }

  static std::vector<MapPoint> corners(const std::array<double, 4>& b) {
    return {{b[0], b[1]}, {b[0], b[3]}, {b[2], b[1]}, {b[2], b[3]}, {(b[0] + b[2]) / 2, (b[1] + b[3]) / 2}};
  }

  static bool add(const PixelCarrier& carrier, const Feature& feature, float value, EdgeTable& edges) {
    const std::vector<PixelRing> rings = carrier.carry(feature.rings);
    bool meets = false;
    for (const double turns : {-1.0, 0.0, 1.0})
      if (turns == 0 || carrier.turn() > 0) meets = edges.add(rings, value, turns * carrier.turn()) || meets;
    return meets;
  }

  static std::size_t points_of(const Feature& feature) {
    std::size_t points = 0;
    for (const Ring& ring : feature.rings) points += ring.points.size();
    return points;
  }

  static void check_room(std::size_t bytes, std::size_t room) {
    if (bytes > room)
      throw Error(Fault::memory, "its polygons take more than the " + bytes_text(room) +
                                     " that a rank may; allow more with --memory, start fewer ranks, or cut the layer to the grid's area "
                                     "first: ogr2ogr -clipsrc XMIN YMIN XMAX YMAX OUT.gpkg IN");
  }

  void add_layer(const VectorFile& file, const VectorLayer& from, const Grid& grid, EdgeTable edges, Index polygons,
                 const CrsOperation* operation, InventoryInput& input) {
    const RasterizeSpec& how = *spec_.rasterize;
    PlannedFile planned{spec_.path, name(), file.fingerprint(), grid, {}, false, {SampleType::float32}};
    planned.polygons = std::to_string(polygons) + (polygons == 1 ? " polygon" : " polygons") + " of layer '" + from.name + "'";
    if (operation != nullptr) {
      planned.polygons += " by " + operation->name();
      if (operation->accuracy() >= 0) planned.polygons += ", right to " + number_text(operation->accuracy()) + " m";
    }
    planned.held_bytes = edges.bytes();
    planned.loading_bytes = largest_ * file.bytes_per_point();
    auto source =
        std::make_shared<PolygonSource>(spec_.path, planned.fingerprint, grid, static_cast<BurnMethod>(how.method), std::move(edges));
    planned.chunk = source->chunk();
    InventoryLayer layer;
    layer.name = layer.info.name = spec_.name;
    layer.info.categorical = spec_.decoding.categorical || !how.classes.empty();
    const bool share = how.method == RasterizeSpec::Method::coverage;
    layer.info.unit = share && spec_.unit.empty() ? "1" : spec_.unit;
    layer.info.long_name = share                   ? "share of the pixel that lies in " + from.name
                           : how.attribute.empty() ? from.name
                                                   : how.attribute + " of " + from.name;
    layer.decodings.emplace_back().categorical = layer.info.categorical;
    layer.grid = grid;
    layer.steps = {{{inventory_.files.size(), 0, 0, 0}}};
    inventory_.files.push_back({std::move(planned), std::move(source)});
    input.layers.push_back(std::move(layer));
  }

  const Recipe& recipe_;
  SourceOpener& opener_;
  CrsReader& crs_;
  Inventory& inventory_;
  std::size_t largest_ = 0;  ///< points of the feature that has most
};

}  // namespace

void take_polygons(const Recipe& recipe, const std::optional<Grid>& target, SourceOpener& opener, CrsReader& crs,
                   const Resources& resources, Inventory& inventory, std::vector<Diagnostic>& diagnostics) {
  for (InventoryInput& input : inventory.inputs)
    if (input.spec->rasterize && input.spec->whole)
      PolygonTaker(recipe, *input.spec, opener, crs, inventory, diagnostics).take(target, resources.memory, input);
}

}  // namespace terroir
