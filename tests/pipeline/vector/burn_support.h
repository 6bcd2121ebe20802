#pragma once

#include "pipeline/vector/burn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <vector>

namespace terroir::test {

using Burn = void (*)(const EdgeTable::Band&, const BurnTarget&);

/// A ring by its corners (col, row).
inline PixelRing ring(const std::vector<std::pair<double, double>>& corners, bool hole = false) {
  PixelRing made{{}, hole};
  for (const auto& [col, row] : corners) made.points.push_back({row, col});
  return made;
}

inline PixelRing box(double left, double top, double right, double bottom, bool hole = false) {
  return ring({{left, top}, {right, top}, {right, bottom}, {left, bottom}}, hole);
}

/// A table of polygons with the values 1, 2, ... on a grid of some shape, in bands of `band` rows.
inline EdgeTable table_of(Shape shape, const std::vector<std::vector<PixelRing>>& polygons, Index band = 256) {
  EdgeTable table(shape, band);
  float value = 0;
  for (const auto& rings : polygons) table.add(rings, ++value);
  return table;
}

/// All pixels of the grid, burned in windows of some shape that never reaches over the bands of the table; -1 where nothing is.
inline std::vector<float> burned(const EdgeTable& table, Burn burn, Shape part) {
  const Shape shape = table.shape();
  std::vector<float> pixels(static_cast<std::size_t>(shape.area()), -1);
  for (Index row = 0; row < shape.rows; row += part.rows)
    for (Index col = 0; col < shape.cols; col += part.cols) {
      const Window window = intersect({row, col, part.rows, part.cols}, {0, 0, shape.rows, shape.cols});
      burn(table.band(row / table.band_rows()), {window, pixels.data() + row * shape.cols + col, shape.cols});
    }
  return pixels;
}

inline std::vector<float> burned(const EdgeTable& table, Burn burn) { return burned(table, burn, table.shape()); }

}  // namespace terroir::test
