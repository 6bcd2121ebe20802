#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/unit_converter.h"

#include <memory>
#include <vector>

namespace terroir {

/// A file of an input, opened; `parts` of layers point to it by its place.
struct InventoryFile {
  PlannedFile planned;
  std::shared_ptr<Source> source;
};

/// A layer of an input before its lattice is known: for each time the files that hold it.
struct InventoryLayer {
  std::string name;
  LayerInfo info;
  std::vector<Decoding> decodings;  ///< files may be packed differently
  bool own_nodata = false;          ///< classes, and what counts as nodata the files alone say, not the recipe
  Grid grid;                        ///< of its first file
  TimeAxis times;
  struct Part {
    std::size_t file = 0;
    int band = 0;
    Index time = 0;
    std::size_t decoding = 0;
  };
  std::vector<std::vector<Part>> steps;
};

struct InventoryInput {
  const InputSpec* spec = nullptr;
  std::vector<InventoryLayer> layers;
};

struct Inventory {
  std::vector<InventoryFile> files;
  std::vector<InventoryInput> inputs;  ///< in the recipe's order; without layers where something was wrong
};

/// Finds and opens the files of all inputs (headers only) and sorts them into layers and times. Mistakes go to `diagnostics`.
/// Inputs of polygons have no layers yet: those wait for a grid (`take_polygons`).
[[nodiscard]] Inventory take_inventory(const Recipe&, SourceOpener&, CrsReader&, UnitConverter&, std::vector<Diagnostic>& diagnostics);

}  // namespace terroir
