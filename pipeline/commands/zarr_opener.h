#pragma once

#include "pipeline/adapters/zarr/zarr_file.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/source.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// Opens variables of Zarr stores in folders, by the same conventions as those of NetCDF.
class ZarrOpener {
 public:
  /// `crs` must outlive the opener, not its sources.
  explicit ZarrOpener(CrsReader& crs) : crs_(crs) {}

  /// Whether a path is meant as a store: a folder with documents of Zarr, one that a run of Terroir has begun, or a name that says so.
  [[nodiscard]] static bool knows(const std::string& path);
  /// Throw as SourceOpener.
  [[nodiscard]] std::vector<std::string> variables(const std::string& path);
  [[nodiscard]] std::unique_ptr<Source> open(const std::string& path, const SourcePart& part);

 private:
  /// The metadata of a store; those of the last one are kept, for its variables are asked for one after the other.
  [[nodiscard]] ZarrFile& store(const std::string& path);

  CrsReader& crs_;
  std::shared_ptr<ZarrHandles> handles_ = std::make_shared<ZarrHandles>();
  std::unique_ptr<ZarrFile> last_;
};

}  // namespace terroir
