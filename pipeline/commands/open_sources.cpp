#include "pipeline/commands/open_sources.h"

#include "pipeline/adapters/gdal/gdal_opener.h"

namespace terroir {

std::unique_ptr<SourceOpener> make_source_opener(CrsReader& crs) { return std::make_unique<GdalOpener>(crs); }

}  // namespace terroir
