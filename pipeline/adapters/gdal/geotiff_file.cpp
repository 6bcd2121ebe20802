#include "pipeline/adapters/gdal/geotiff_file.h"

#include "pipeline/adapters/gdal/gdal_library.h"
#include "pipeline/error.h"

#include <cpl_conv.h>
#include <cpl_string.h>

#include <algorithm>
#include <utility>

namespace terroir {
namespace {

constexpr int block = 512;  // what GDAL's own COG driver has

GDALDataType gdal_type(StoredType type) {
  switch (type) {
    case StoredType::float32: return GDT_Float32;
    case StoredType::float64: return GDT_Float64;
    case StoredType::int16: return GDT_Int16;
    case StoredType::int32: return GDT_Int32;
    case StoredType::uint8: return GDT_Byte;
    case StoredType::uint16: return GDT_UInt16;
    case StoredType::uint32: return GDT_UInt32;
    case StoredType::int8: break;
  }
  throw Error(Fault::bug, "a GeoTIFF has no int8");
}

/// A list of GDAL's creation options.
class Options {
 public:
  void set(const char* name, const std::string& value) { list_.SetNameValue(name, value.c_str()); }
  [[nodiscard]] char** get() { return list_.List(); }

 private:
  CPLStringList list_;
};

Options layout_options() {
  Options options;
  options.set("TILED", "YES");
  options.set("BLOCKXSIZE", std::to_string(block));
  options.set("BLOCKYSIZE", std::to_string(block));
  options.set("INTERLEAVE", "BAND");
  options.set("SPARSE_OK", "TRUE");
  options.set("BIGTIFF", "IF_SAFER");
  return options;
}

void set_codec(Options& options, const CodecSpec& codec, StoredType type) {
  if (codec.name == CodecSpec::Name::none) return;
  const bool zstd = codec.name == CodecSpec::Name::zstd;
  options.set("COMPRESS", zstd ? "ZSTD" : "DEFLATE");
  options.set(zstd ? "ZSTD_LEVEL" : "ZLEVEL", std::to_string(codec.level));
  options.set("PREDICTOR", is_float(type) ? "3" : "2");
}

void set_metadata(GDALMajorObjectH object, const std::map<std::string, std::string>& metadata) {
  for (const auto& [name, value] : metadata) GDALSetMetadataItem(object, name.c_str(), value.c_str(), nullptr);
}

/// Halved until one tile is left.
std::vector<int> overview_levels(Shape shape) {
  std::vector<int> levels;
  for (int level = 2; std::max(shape.rows, shape.cols) > Index{block} * level / 2; level *= 2) levels.push_back(level);
  return levels;
}

}  // namespace

GeotiffFile::GeotiffFile(TiffHeader header) : header_(std::move(header)), scratch_(".tif") {
  const GdalMessages messages;
  Options options = layout_options();
  const Shape shape = header_.grid.shape();
  dataset_ = GDALCreate(GDALGetDriverByName("GTiff"), scratch_.path().c_str(), static_cast<int>(shape.cols), static_cast<int>(shape.rows),
                        static_cast<int>(header_.bands.size()), gdal_type(header_.type), options.get());
  if (dataset_ == nullptr) throw Error(Fault::system, scratch_.failure(messages.text("GDAL cannot create it")));
  describe();
}

GeotiffFile::~GeotiffFile() {
  if (dataset_ != nullptr) GDALClose(dataset_);
}

void GeotiffFile::describe() {
  const Affine& a = header_.grid.affine();
  double transform[] = {a.x0, a.dx, 0, a.y0, 0, a.dy};
  GDALSetGeoTransform(dataset_, transform);
  if (header_.grid.crs().known()) GDALSetProjection(dataset_, header_.grid.crs().wkt.c_str());
  set_metadata(dataset_, header_.metadata);
  for (std::size_t i = 0; i < header_.bands.size(); ++i) {
    const TiffBand& band = header_.bands[i];
    const GDALRasterBandH handle = GDALGetRasterBand(dataset_, static_cast<int>(i) + 1);
    GDALSetRasterNoDataValue(handle, header_.nodata);
    GDALSetDescription(handle, band.description.c_str());
    if (!band.unit.empty()) GDALSetRasterUnitType(handle, band.unit.c_str());
    if (band.scale != 1 || band.offset != 0) {
      GDALSetRasterScale(handle, band.scale);
      GDALSetRasterOffset(handle, band.offset);
    }
    set_metadata(handle, band.metadata);
  }
}

void GeotiffFile::write(std::size_t band, const Window& window, std::span<const std::byte> numbers, Index stride) {
  const GdalMessages messages;
  const auto size = static_cast<GSpacing>(size_of(header_.type));
  const auto rows = static_cast<int>(window.rows), cols = static_cast<int>(window.cols);
  const CPLErr result = GDALRasterIOEx(GDALGetRasterBand(dataset_, static_cast<int>(band) + 1), GF_Write, static_cast<int>(window.col),
                                       static_cast<int>(window.row), cols, rows, const_cast<std::byte*>(numbers.data()), cols, rows,
                                       gdal_type(header_.type), size, size * stride, nullptr);
  if (result != CE_None) throw Error(Fault::system, scratch_.failure(messages.text("GDAL cannot write it")));
}

void GeotiffFile::add_overviews() {
  const GdalMessages messages;
  auto levels = overview_levels(header_.grid.shape());
  if (levels.empty()) return;
  const char* const method = header_.categorical ? "MODE" : "AVERAGE";
  if (GDALBuildOverviews(dataset_, method, static_cast<int>(levels.size()), levels.data(), 0, nullptr, nullptr, nullptr) != CE_None)
    throw Error(Fault::system, scratch_.failure(messages.text("GDAL cannot write its overviews")));
}

void GeotiffFile::make_cog(const StagedFile& to) {
  const GdalMessages messages;
  Options options = layout_options();
  set_codec(options, header_.codec, header_.type);
  if (header_.threads > 1) options.set("NUM_THREADS", std::to_string(header_.threads));
  // Copied block by block in one order, so that the bytes do not depend on what GDAL's cache holds.
  options.set("COPY_SRC_OVERVIEWS", "YES");
  CPLSetThreadLocalConfigOption("GDAL_TIFF_OVR_BLOCKSIZE", std::to_string(block).c_str());
  const GDALDatasetH copy = GDALCreateCopy(GDALGetDriverByName("GTiff"), to.path().c_str(), dataset_, 0, options.get(), nullptr, nullptr);
  CPLErrorReset();
  if (copy != nullptr) GDALClose(copy);
  CPLSetThreadLocalConfigOption("GDAL_TIFF_OVR_BLOCKSIZE", nullptr);
  if (copy == nullptr || CPLGetLastErrorType() >= CE_Failure)  // what closing finds shows only here
    throw Error(Fault::system, to.failure(messages.text("GDAL cannot write it")));
}

ObjectRecord GeotiffFile::publish(Store& store, const std::string& key) {
  GDALFlushCache(dataset_);
  add_overviews();
  const StagedFile cog(".tif");
  make_cog(cog);
  return cog.publish(store, key);
}

}  // namespace terroir
