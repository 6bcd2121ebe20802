#include "pipeline/recipe/section.h"
#include "pipeline/recipe/sections.h"

#include <cmath>

namespace terroir {
namespace {

/// Complains of keys that do not go with the one that fixes the grid.
void refuse(const Section& section, const std::string& master, const std::vector<std::string>& others) {
  for (const auto& key : others)
    if (section.has(key)) section.complain(key, "'" + key + "' does not go with '" + master + "'", "remove one of them");
}

void read_bounds(const Section& section, GridSpec& grid) {
  const auto b = section.numbers("bounds", 4, "[xmin, ymin, xmax, ymax]");
  if (!b) return;
  if ((*b)[0] < (*b)[2] && (*b)[1] < (*b)[3])
    grid.bounds = {(*b)[0], (*b)[1], (*b)[2], (*b)[3]};
  else
    section.complain("bounds", "the bounds hold no area", "give [xmin, ymin, xmax, ymax] with xmin < xmax and ymin < ymax");
}

void read_resolution(const Section& section, GridSpec& grid) {
  const Value* value = section.get("resolution");
  if (value == nullptr) return;
  if (value->is_list()) {
    const auto both = section.numbers("resolution", 2, "a number or [width, height]");
    if (both) grid.resolution = {(*both)[0], (*both)[1]};
  } else if (const auto one = section.number("resolution")) {
    grid.resolution = {*one, *one};
  }
  if (grid.resolution && ((*grid.resolution)[0] <= 0 || (*grid.resolution)[1] <= 0))
    section.complain("resolution", "a pixel has no size", "give a number above 0, in units of the CRS");
}

void read_anchor(const Section& section, GridSpec& grid) {
  const Value* value = section.get("anchor");
  if (value == nullptr) return;
  if (value->is_list()) {
    const auto point = section.numbers("anchor", 2, "edge, center or [x, y]");
    if (point) grid.anchor_point = {(*point)[0], (*point)[1]};
    grid.anchor = GridSpec::Anchor::point;
  } else if (const auto word = section.choice("anchor", {"edge", "center"})) {
    grid.anchor = *word == 0 ? GridSpec::Anchor::edge : GridSpec::Anchor::center;
  }
}

void read_global(const Section& section, GridSpec& grid) {
  refuse(section, "global", {"like", "crs", "resolution", "bounds", "anchor"});
  grid.global = section.number("global");
  if (!grid.global) return;
  const double count = 180 / *grid.global;
  const bool whole = *grid.global > 0 && count >= 1 && std::abs(count - std::round(count)) < 1e-6 * count && count < 1e7;
  if (!whole) section.complain("global", number_text(*grid.global) + " degrees do not divide 180", "give a size such as 0.25 or 1");
}

void read_numbered(const Section& section, GridSpec& grid) {
  read_resolution(section, grid);
  read_anchor(section, grid);
  grid.crs = section.text("crs").value_or("");
  section.require("crs", "give crs, as EPSG:32632, or like: INPUT");
  section.require("resolution", "give resolution, the size of a pixel in units of the CRS");
  section.require("bounds", "give bounds: [xmin, ymin, xmax, ymax]");
}

}  // namespace

GridSpec read_grid(const Value* value, Report& report) {
  GridSpec grid;
  if (value == nullptr) return grid;
  const Section section(value, value->at(), "grid", {"like", "crs", "resolution", "bounds", "anchor", "global"}, report);
  grid.at = section.at();
  if (!section.whole()) return grid;
  if (section.has("global")) {
    read_global(section, grid);
    return grid;
  }
  read_bounds(section, grid);
  if (section.has("like")) {
    refuse(section, "like", {"crs", "resolution", "anchor"});
    grid.like = read_reference(*section.get("like"), "grid.like", report);
  } else {
    read_numbered(section, grid);
  }
  return grid;
}

}  // namespace terroir
