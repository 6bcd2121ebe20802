#include "pipeline/adapters/gdal/gdal_opener.h"

#include "pipeline/adapters/gdal/grib_source.h"
#include "pipeline/adapters/gdal/ogr_file.h"
#include "pipeline/adapters/gdal/remote_file.h"
#include "pipeline/adapters/gdal/vsi_file.h"
#include "pipeline/error.h"

#include <string_view>

namespace terroir {
namespace {

GdalOptions with_environment(GdalOptions options) {
  options.allow_vrt = options.allow_vrt || environment_allows_vrt();
  return options;
}

Error unreadable(const std::string& path, const std::string& why) {
  if (is_remote(path))
    if (const RemoteAnswer answer = ask_remote(path); answer.kind != RemoteAnswer::Kind::file) return remote_error(path, answer);
  if (file_head(path, 1024).find("<VRTDataset") != std::string::npos)
    return {Fault::mistake,
            path + ": it is a VRT, which may read any other file; name its files instead, or allow it by TERROIR_ALLOW_VRT=1"};
  if (looks_like_vectors(path))
    return {Fault::mistake, path + ": it holds features, not pixels; say how they become pixels, as rasterize: {method: center}"};
  if (why.find("not recognized") != std::string::npos)
    return {
        Fault::mistake,
        path +
            ": its format is none that is read here (GeoTIFF, COG, NetCDF, HDF5, GRIB, Zarr; of polygons GeoPackage, GeoJSON, Shapefile); "
            "convert it to GeoTIFF: gdal_translate IN OUT.tif"};
  return {Fault::mistake, path + ": it cannot be read as a raster (" + why + "); convert it to GeoTIFF, or get a fresh copy if it is one"};
}

}  // namespace

GdalOpener::GdalOpener(CrsReader& crs, GdalOptions options)
    : crs_(crs), options_(with_environment(options)), pool_(std::make_shared<HandlePool>(options_)) {}

std::unique_ptr<GdalSource> GdalOpener::open_file(const std::string& path) {
  require_file(path);
  const GdalMessages messages;
  DatasetPtr dataset = pool_->open(path);
  if (!dataset) throw unreadable(path, messages.text("its format is not known"));
  GdalFacts facts = read_facts(dataset.get(), path, crs_);
  pool_->put(path, std::move(dataset));
  return std::make_unique<GdalSource>(path, std::move(facts), pool_);
}

std::unique_ptr<GdalSource> GdalOpener::open_alike(const std::string& path, const GdalFacts& facts) {
  return pool_->has_sidecar(path) ? nullptr : std::make_unique<GdalSource>(path, facts, pool_);
}

std::vector<std::string> GdalOpener::variables(const std::string& path) {
  require_file(path);
  if (!is_grib(path)) return {};
  const GdalMessages messages;
  DatasetPtr dataset = pool_->open(path);
  if (!dataset) throw unreadable(path, messages.text("its format is not known"));
  std::vector<std::string> elements = grib_elements(grib_messages(dataset.get(), path));
  pool_->put(path, std::move(dataset));
  return elements;
}

std::unique_ptr<Source> GdalOpener::open(const std::string& path, const SourcePart& part) {
  if (part.variable.empty()) return open_file(path);
  auto bands = open_file(path);
  const GdalMessages messages;
  const HandlePool::Lease lease = pool_->acquire(path);
  return open_grib(std::move(bands), grib_messages(lease.get(), path), part);
}

std::unique_ptr<VectorFile> GdalOpener::vectors(const std::string& path) { return open_vectors(path, crs_); }

std::vector<std::string> GdalOpener::glob(const std::string& pattern) { return glob_files(pattern); }

}  // namespace terroir
