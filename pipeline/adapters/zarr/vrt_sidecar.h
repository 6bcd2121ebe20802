#pragma once

#include "pipeline/dataset/array_layout.h"
#include "pipeline/plan/plan.h"
#include "pipeline/ports/store.h"

#include <string>
#include <vector>

namespace terroir {

/// Name of the sidecar of a store of version 2, in its folder: "features.vrt".
[[nodiscard]] std::string vrt_name(const OutputPlan&);

/// Whether an output gets a sidecar: version 2, and no more bands than GDAL takes.
[[nodiscard]] bool has_vrt(const OutputPlan&);

/// Writes a VRT by which GDAL, and QGIS with it, see a store of version 2 as georeferenced bands with names: one for each layer, date by
/// date. Its sources are relative paths of plain folders, which GDAL opens from anywhere. An array of more dimensions than
/// rows and columns is no raster to GDAL, so the folders in which its chunks stand get a `.zarray` of their own, by which the chunks of
/// one row of chunks stand below each other in an array of two dimensions.
void write_vrt(const Plan& plan, const OutputPlan& output, const std::vector<ArrayLayout>& layouts, Store& store);

}  // namespace terroir
