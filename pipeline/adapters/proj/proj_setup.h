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

/// Loads PROJ and opens its database once, so that who needs it next finds it in memory. What fails here is told when it is needed.
void load_proj() noexcept;

}  // namespace terroir
