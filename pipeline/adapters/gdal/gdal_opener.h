#pragma once

#include "pipeline/adapters/gdal/gdal_source.h"
#include "pipeline/adapters/gdal/handle_pool.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/source.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// Opens what GDAL's allowed drivers read: GeoTIFF and COG, GRIB, and VRT where it is allowed; local files, blobs of Azure, and https.
class GdalOpener final : public SourceOpener {
 public:
  /// `crs` must outlive the opener, not its sources.
  explicit GdalOpener(CrsReader& crs, GdalOptions options = {});
  using SourceOpener::open;
  std::vector<std::string> variables(const std::string& path) override;
  std::unique_ptr<Source> open(const std::string& path, const SourcePart& part) override;
  /// The same, as what it is.
  [[nodiscard]] std::unique_ptr<GdalSource> open_file(const std::string& path);
  /// A source of a file of which the caller knows that its header tells the same facts as another one's. Nothing is opened before GDAL
  /// has to read pixels. Null where a file beside it may tell more.
  [[nodiscard]] std::unique_ptr<GdalSource> open_alike(const std::string& path, const GdalFacts& facts);
  /// Whether a file beside it may tell more than its header (FILE.msk, FILE.aux.xml).
  [[nodiscard]] bool has_sidecar(const std::string& path) { return pool_->has_sidecar(path); }
  std::unique_ptr<VectorFile> vectors(const std::string& path) override;
  std::vector<std::string> glob(const std::string& pattern) override;

 private:
  CrsReader& crs_;
  GdalOptions options_;
  std::shared_ptr<HandlePool> pool_;
};

}  // namespace terroir
