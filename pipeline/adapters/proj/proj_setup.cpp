#include "pipeline/adapters/proj/proj_setup.h"

#include "pipeline/adapters/proj/proj_handles.h"

#include <exception>

namespace terroir {

ProjSetup proj_setup() {
  const std::string built =
      std::to_string(PROJ_VERSION_MAJOR) + "." + std::to_string(PROJ_VERSION_MINOR) + "." + std::to_string(PROJ_VERSION_PATCH);
  const PjContextPtr context(proj_context_create());
  proj_log_level(context.get(), PJ_LOG_NONE);
  // The path is known once the database has been opened.
  const PjPtr opened(proj_create(context.get(), "EPSG:4326"));
  const char* path = opened ? proj_context_get_database_path(context.get()) : nullptr;
  return {{"PROJ", proj_info().version, built}, path == nullptr ? "" : path};
}

void load_proj() noexcept try {
  const PjContextPtr context(proj_context_create());
  proj_log_level(context.get(), PJ_LOG_NONE);
  (void)proj_context_get_database_path(context.get());
} catch (const std::exception&) {
  return;
}

}  // namespace terroir
