#include "pipeline/ports/vector_file.h"

#include "pipeline/error.h"

namespace terroir {

std::unique_ptr<VectorFile> SourceOpener::vectors(const std::string& path) {
  throw Error(Fault::mistake, path + ": files of polygons are not read here; remove rasterize, or name a file of pixels");
}

}  // namespace terroir
