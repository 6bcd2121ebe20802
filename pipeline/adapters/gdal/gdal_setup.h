#pragma once

#include "pipeline/codecs/library_versions.h"

#include <string>
#include <vector>

namespace terroir {

/// How GDAL stands in this process, set up as a run does, as far as it limits what a file can make GDAL do.
struct GdalSetup {
  LibraryVersion version;
  std::vector<std::string> drivers;   ///< registered ones, by short name
  std::vector<std::string> unlocked;  ///< settings that are not in force, as "GDAL_DRIVER_PATH is '/plugins', not 'disable'"
};
[[nodiscard]] GdalSetup gdal_setup();

}  // namespace terroir
