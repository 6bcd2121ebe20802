#pragma once

#include "pipeline/codecs/library_versions.h"

#include <string>

namespace terroir {

/// PROJ as this process has it.
struct ProjSetup {
  LibraryVersion version;
  std::string database;  ///< where proj.db was found; empty: nowhere, so that no CRS can be read
};
[[nodiscard]] ProjSetup proj_setup();

}  // namespace terroir
