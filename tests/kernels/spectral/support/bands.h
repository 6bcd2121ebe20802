#pragma once

#include "tests/kernels/local/run_process.h"

#include <map>

/// Two bands of 8 x 4 pixels and what QGIS makes of them: the test data of xarray-spatial (MIT licence), test_multispectral.py.
namespace terroir::test {

inline const std::vector<float> red = {0,     10301, 10454, 11325, 10353, 10269, 10501, nan,   10184, 10106, 10445,
                                       10961, 10349, 10230, 10299, 10844, 10430, 10328, 10327, 10979, 10479, 10340,
                                       10381, 11076, 10498, 10402, 10495, 10877, 10603, 10383, 10433, 10751};
inline const std::vector<float> nir = {0,     15928, 16135, 16411, 15588, 15881, 16253, 16651, 16175, 16486, 17038,
                                       17084, 15671, 16596, 17511, 17525, 15522, 15936, 17003, 17549, 15317, 15782,
                                       16322, 17133, 15168, 15529, 16011, 16600, 15072, 15496, 15983, 16477};
inline const std::vector<float> expected_ndvi = {nan,         0.21453354F, 0.21365978F, 0.1833718F,  0.20180409F, 0.21460803F, 0.21499589F,
                                                 nan,         0.2272848F,  0.23992178F, 0.23989375F, 0.21832769F, 0.20453498F, 0.23730709F,
                                                 0.25933117F, 0.23550354F, 0.19620839F, 0.21352422F, 0.24427369F, 0.23030005F, 0.18754846F,
                                                 0.20833014F, 0.22248437F, 0.2147187F,  0.18195277F, 0.19771701F, 0.20810382F, 0.20828329F,
                                                 0.17406037F, 0.19757332F, 0.21009994F, 0.21029823F};

/// The layers of a kernel for the bands that it asks for.
inline std::vector<OwnedBlock> compute(const BoundKernel& kernel, const std::map<std::string, std::vector<float>>& bands) {
  std::vector<OwnedBlock> blocks;
  std::vector<Block<const float>> in;
  for (const auto& name : kernel.bands()) in.push_back(blocks.emplace_back(row_of(bands.at(name))).view());
  return run(kernel, in);
}

}  // namespace terroir::test
