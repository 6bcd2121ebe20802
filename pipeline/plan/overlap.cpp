#include "pipeline/plan/overlap.h"

#include "tiling/cells.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace terroir {
namespace {

/// A rectangle on the map.
struct Box {
  double left = 0, bottom = 0, right = 0, top = 0;
};

Box box_of(const Grid& grid) {
  if (grid.cells()) {
    const auto [left, bottom, right, top] = grid.cells()->bounds();
    return {left, bottom, right, top};
  }
  const MapPoint a = grid.to_map({0, 0});
  const MapPoint b = grid.to_map({static_cast<double>(grid.shape().rows), static_cast<double>(grid.shape().cols)});
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::max(a.x, b.x), std::max(a.y, b.y)};
}

bool meet(const Box& a, const Box& b) { return a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top; }

std::string coordinate(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.12g", value);  // as many digits as sums of pixel sizes keep
  return text;
}

std::string box_text(const Box& box) {
  return "x " + coordinate(box.left) + " .. " + coordinate(box.right) + ", y " + coordinate(box.bottom) + " .. " + coordinate(box.top);
}

Grid grid_of(const Plan& plan, const PlannedLayer& layer) { return plan.lattices[layer.lattice].sub(layer.extent); }

bool is_empty(const Plan& plan, const OutputPlan& output) {
  for (const auto& array : output.arrays)
    for (const LayerId id : array.layers)
      if (!intersect(plan.layers[id].extent, output.window).empty()) return false;
  return true;
}

/// By layer: whether an output is made of it. An op's inputs come before it.
std::vector<bool> ancestors(const Plan& plan, const OutputPlan& output) {
  std::vector<bool> needed(plan.layers.size());
  for (const auto& array : output.arrays)
    for (const LayerId id : array.layers) needed[id] = true;
  for (auto op = plan.ops.rbegin(); op != plan.ops.rend(); ++op)
    if (std::any_of(op->out.begin(), op->out.end(), [&](LayerId id) { return needed[id]; }))
      for (const LayerId id : op->in) needed[id] = true;
  return needed;
}

/// "'dem' (x 0 .. 10, y 0 .. 20)" for each input that misses the output's grid, or for all when they only miss each other.
std::vector<std::string> where_inputs_lie(const Plan& plan, const OutputPlan& output) {
  const std::vector<bool> needed = ancestors(plan, output);
  std::vector<std::string> beside, all;
  std::set<std::string> seen;
  for (const auto& input : plan.inputs) {
    const Box box = box_of(grid_of(plan, plan.layers[input.layer]));
    const std::string text = "'" + input.input + "' (" + box_text(box) + ")";
    if (!needed[input.layer] || !seen.insert(text).second) continue;
    all.push_back(text);
    if (!meet(box, box_of(output.grid))) beside.push_back(text);
  }
  return beside.empty() ? all : beside;
}

}  // namespace

void check_overlap(const Plan& plan, const GridSpec& grid, std::vector<Diagnostic>& diagnostics) {
  for (const auto& output : plan.outputs) {
    if (!is_empty(plan, output)) continue;
    diagnostics.push_back({grid.at, grid.bounds ? "grid.bounds" : "grid",
                           "output '" + output.name + "' would hold nothing: its grid (" + box_text(box_of(output.grid)) +
                               ") does not meet " + list_words(where_inputs_lie(plan, output), "and"),
                           grid.bounds ? "give bounds that do" : "choose a grid that does, or check the inputs' CRS", false});
  }
}

void warn_of_gaps(const Plan& plan, std::vector<Diagnostic>& diagnostics) {
  for (const auto& layer : plan.layers)
    for (const auto& output : plan.outputs)
      if (layer.lattice == output.lattice && layer.producer == no_entry && intersect(layer.extent, output.window).empty())
        diagnostics.push_back({{},
                               "inputs." + layer.step,
                               "'" + layer.variable + "' (" + box_text(box_of(grid_of(plan, layer))) +
                                   ") does not overlap the grid of output '" + output.name + "'",
                               "check its CRS and the grid's bounds",
                               true});
}

}  // namespace terroir
