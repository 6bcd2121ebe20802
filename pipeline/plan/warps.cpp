#include "pipeline/plan/warps.h"

#include "pipeline/error.h"
#include "pipeline/plan/cell_operation.h"
#include "pipeline/ports/crs_reader.h"

#include <cmath>

namespace terroir {
namespace {

/// Corners and middle of an area, by which an operation is chosen.
std::vector<MapPoint> area_of(double left, double bottom, double right, double top) {
  return {{left, top}, {right, top}, {left, bottom}, {right, bottom}, {(left + right) / 2, (bottom + top) / 2}};
}

std::vector<MapPoint> area_of(const Grid& grid) {
  const MapPoint last = grid.to_map({static_cast<double>(grid.shape().rows), static_cast<double>(grid.shape().cols)});
  return area_of(grid.affine().x0, last.y, last.x, grid.affine().y0);
}

}  // namespace

std::shared_ptr<const Warp> Warps::from(const PlannedLayer& layer, const BoundKernel& kernel, Warp::Points points) {
  const Grid &source = plan_.lattices[layer.lattice], &target = plan_.lattices[0];
  const bool by_edges = source.cells() != nullptr && kernel.by_footprint();
  for (const auto& [lattice, extent, edges, of, warp] : all_)
    if (lattice == layer.lattice && extent == layer.extent && edges == by_edges && of == points) return warp;
  if (by_edges && source.cells()->curvilinear())
    throw Error(Fault::mistake,
                "it is on a curvilinear grid, where it is not known what a pixel covers; use nearest, bilinear, cubic or lanczos");
  const Grid part = source.cells() ? source : source.sub(layer.extent);
  const auto warp = std::make_shared<const Warp>(operation(part, by_edges), source, layer.extent, target, points);
  all_.emplace_back(layer.lattice, layer.extent, by_edges, points, warp);
  return warp;
}

std::shared_ptr<const CrsOperation> Warps::operation(const Grid& source, bool by_footprint) const {
  const Crs& target = plan_.lattices[0].crs();
  const auto& cells = source.cells();
  if (!cells) return source.crs() == target ? nullptr : crs_.operation(source.crs(), target, area_of(source));
  std::shared_ptr<const CrsOperation> further;
  if (cells->crs != target) {
    const auto [left, bottom, right, top] = cells->bounds();
    further = crs_.operation(cells->crs, target, area_of(left, bottom, right, top));
  }
  return cell_operation(cells, by_footprint ? CellPositions::edges : CellPositions::centres, further);
}

std::string Warps::place_text(const Warp& warp) const {
  std::string text;
  for (const double edge : warp.covered_bounds()) text += (text.empty() ? "[" : ", ") + number_text(std::round(edge * 1e6) / 1e6);
  const std::string& name = plan_.lattices[0].crs().authority;
  return text + "] in " + (name.empty() ? "the grid's CRS" : name);
}

}  // namespace terroir
