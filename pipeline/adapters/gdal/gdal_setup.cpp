#include "pipeline/adapters/gdal/gdal_setup.h"

#include "pipeline/adapters/gdal/gdal_library.h"

#include <cpl_conv.h>
#include <ogr_srs_api.h>

#include <string_view>

namespace terroir {

GdalSetup gdal_setup() {
  start_gdal(environment_allows_vrt());
  GdalSetup setup{{"GDAL", GDALVersionInfo("RELEASE_NAME"), GDAL_RELEASE_NAME}, {}, {}};
  for (int i = 0; i < GDALGetDriverCount(); ++i) setup.drivers.emplace_back(GDALGetDriverShortName(GDALGetDriver(i)));
  for (const auto& [name, wanted] : gdal_settings) {
    const std::string_view value = CPLGetConfigOption(name, "");
    if (value != wanted) setup.unlocked.push_back(std::string(name) + " is '" + std::string(value) + "', not '" + wanted + "'");
  }
  if (OSRGetPROJEnableNetwork() != 0) setup.unlocked.emplace_back("PROJ's network is on");
  return setup;
}

}  // namespace terroir
