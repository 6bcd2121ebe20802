#pragma once

#include "tests/kernels/raster.h"

/// Rasters of which other programs computed tables: QGIS (the arrays of xarray-spatial's tests) and gdaldem 3.6.2.
namespace terroir::test {

using Rows = std::vector<std::vector<float>>;

/// The raster of xarray-spatial's tests, cell size 1.
inline const Rows elevation = {{nan, nan, nan, nan, nan, nan},
                               {704.237F, 242.24084F, 429.3324F, 779.8816F, 193.29506F, 984.6926F},
                               {226.56795F, 815.7483F, 290.6041F, 76.49687F, 820.89716F, 32.27882F},
                               {344.8238F, 256.34998F, 806.8326F, 602.0442F, 721.1633F, 496.95636F},
                               {185.43515F, 834.10425F, 387.0871F, 716.0262F, 49.61273F, 752.95483F},
                               {302.4271F, 151.49211F, 442.32797F, 358.4702F, 659.8187F, 447.1241F},
                               {148.04834F, 819.2133F, 468.97913F, 977.11694F, 597.69666F, 999.14185F},
                               {268.1575F, 625.96466F, 840.26483F, 448.28333F, 859.2699F, 528.04095F}};

/// The same without its first row and with a missing pixel.
inline const Rows with_gap = {{704.237F, 242.24084F, 429.3324F, 779.8816F, 193.29506F, 984.6926F},
                              {226.56795F, 815.7483F, 290.6041F, 76.49687F, 820.89716F, 32.27882F},
                              {344.8238F, 256.34998F, 806.8326F, 602.0442F, 721.1633F, 496.95636F},
                              {185.43515F, 834.10425F, nan, 716.0262F, 49.61273F, 752.95483F},
                              {302.4271F, 151.49211F, 442.32797F, 358.4702F, 659.8187F, 447.1241F},
                              {148.04834F, 819.2133F, 468.97913F, 977.11694F, 597.69666F, 999.14185F},
                              {268.1575F, 625.96466F, 840.26483F, 448.28333F, 859.2699F, 528.04095F}};

inline void expect_table(const char* process, const Settings& settings, const Rows& in, const Rows& wanted, float tolerance) {
  const OwnedBlock block = raster(in, {1, 1});
  std::vector<float> flat;
  for (const auto& row : wanted) flat.insert(flat.end(), row.begin(), row.end());
  SCOPED_TRACE(process);
  expect_pixels(run_focal(*kernel(process, settings), block.view())[0].view(), flat, tolerance);
}

}  // namespace terroir::test
