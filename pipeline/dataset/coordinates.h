#pragma once

#include "pipeline/dataset/variable.h"
#include "pipeline/plan/plan.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/sink.h"

#include <vector>

namespace terroir {

/// The coordinates of an output: x and y at pixel centres (in NetCDF with the pixels' edges as their bounds), each of its time axes (with
/// its bounds where it has some), the CRS (`spatial_ref`, when it is known), and of a stacked array the names of its features with their
/// units, long names and statistics.
[[nodiscard]] std::vector<Coordinate> coordinates_of(const Plan&, const OutputPlan&, CrsReader&,
                                                     const std::vector<std::vector<LayerStatistics>>& statistics);

/// Names of the coordinates of the features of a stacked array, other than `feature` itself.
[[nodiscard]] std::vector<std::string> feature_coordinate_names();

}  // namespace terroir
