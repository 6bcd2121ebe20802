#include "pipeline/adapters/gdal/ogr_file.h"

#include "pipeline/adapters/gdal/gdal_facts.h"
#include "pipeline/adapters/gdal/remote_file.h"
#include "pipeline/adapters/gdal/vsi_file.h"
#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"

#include <cpl_conv.h>
#include <cpl_http.h>
#include <cpl_vsi.h>
#include <ogr_api.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace terroir {
namespace {

/// While it lives, nothing that a file says makes this thread ask a server: a GeoJSON file may name its CRS by an address.
class NoNetwork {
 public:
  NoNetwork() { CPLHTTPPushFetchCallback(refuse, this); }
  ~NoNetwork() { CPLHTTPPopFetchCallback(); }
  NoNetwork(const NoNetwork&) = delete;
  NoNetwork& operator=(const NoNetwork&) = delete;
  /// Whether the file wanted one.
  [[nodiscard]] bool asked() const noexcept { return asked_; }

 private:
  static CPLHTTPResult* refuse(const char*, CSLConstList, GDALProgressFunc, void*, CPLHTTPFetchWriteFunc, void*, void* self) {
    static_cast<NoNetwork*>(self)->asked_ = true;
    auto* const result = static_cast<CPLHTTPResult*>(CPLCalloc(1, sizeof(CPLHTTPResult)));
    result->nStatus = 1;
    result->pszErrBuf = CPLStrdup("no server is asked");
    return result;
  }

  bool asked_ = false;
};

enum class VectorFormat { none, geopackage, shapefile, geojson };

std::string with_extension(const std::string& path, std::string_view extension) {
  return path.substr(0, path.rfind('.') + 1) + std::string(extension);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

VectorFormat format_of(const std::string& path) {
  const std::string head = file_head(path, 512), name = lower(path);
  if (head.starts_with("SQLite format 3")) return VectorFormat::geopackage;
  if (head.starts_with(std::string_view("\x00\x00\x27\x0a", 4)) && name.ends_with(".shp")) return VectorFormat::shapefile;
  const std::size_t first = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  const bool json = first != std::string::npos && head[first] == '{';
  return json && (name.ends_with(".geojson") || name.ends_with(".json")) ? VectorFormat::geojson : VectorFormat::none;
}

/// Parts of a Shapefile beside its .shp: what must be there, and what counts when it is.
constexpr std::array<std::pair<const char*, bool>, 4> shapefile_parts = {{{"shx", true}, {"dbf", true}, {"prj", false}, {"cpg", false}}};

bool is_there(const std::string& path) {
  VSIStatBufL status;
  return VSIStatExL(path.c_str(), &status, VSI_STAT_EXISTS_FLAG) == 0;
}

void require_parts(const std::string& path) {
  for (const auto& [extension, needed] : shapefile_parts)
    if (needed && !is_there(with_extension(path, extension)))
      throw Error(Fault::mistake, path + ": its ." + extension +
                                      " file is missing; a Shapefile is all of .shp, .shx, .dbf and .prj: copy " +
                                      with_extension(path, extension) + " beside it");
}

/// What a program has written beside a database but not into it yet would be missed.
void require_closed(const std::string& path) {
  VSIStatBufL status;
  if (VSIStatL((path + "-wal").c_str(), &status) == 0 && status.st_size > 0)
    throw Error(Fault::mistake, path + ": changes of it lie in " + path + "-wal; close the program that has it open");
}

/// Of several files: their sizes together, and checksums of their checksums.
Fingerprint shapefile_fingerprint(const std::string& path) {
  Fingerprint all = file_fingerprint(path);
  for (const auto& [extension, needed] : shapefile_parts) {
    const std::string part = with_extension(path, extension);
    if (!is_there(part)) continue;
    const Fingerprint own = file_fingerprint(part);
    all.size += own.size;
    all.head_crc32c = crc32c(std::as_bytes(std::span(&own.head_crc32c, 1)), all.head_crc32c);
    all.tail_crc32c = crc32c(std::as_bytes(std::span(&own.tail_crc32c, 1)), all.tail_crc32c);
  }
  return all;
}

VectorAttribute::Kind kind_of(OGRFieldType type) {
  switch (type) {
    case OFTInteger:
    case OFTInteger64: return VectorAttribute::Kind::integer;
    case OFTReal: return VectorAttribute::Kind::real;
    case OFTString: return VectorAttribute::Kind::text;
    default: return VectorAttribute::Kind::other;
  }
}

VectorLayer layer_of(OGRLayerH handle, const std::string& path, CrsReader& crs) {
  VectorLayer layer;
  layer.name = OGR_L_GetName(handle);
  layer.crs = read_crs(OGR_L_GetSpatialRef(handle), path, crs);
  const OGRwkbGeometryType type = OGR_GT_Flatten(OGR_L_GetGeomType(handle));
  layer.geometry = OGRGeometryTypeToName(type);
  layer.polygonal = type == wkbUnknown || type == wkbGeometryCollection || type == wkbPolygon || type == wkbMultiPolygon ||
                    type == wkbCurvePolygon || type == wkbMultiSurface;
  const OGRFeatureDefnH definition = OGR_L_GetLayerDefn(handle);
  for (int i = 0; i < OGR_FD_GetFieldCount(definition); ++i) {
    const OGRFieldDefnH field = OGR_FD_GetFieldDefn(definition, i);
    layer.attributes.push_back({kind_of(OGR_Fld_GetType(field)), OGR_Fld_GetNameRef(field)});
  }
  layer.features = OGR_L_GetFeatureCount(handle, 1);
  OGREnvelope box{};
  if (layer.features > 0 && OGR_L_GetExtent(handle, &box, 1) == OGRERR_NONE) layer.bounds = {box.MinX, box.MinY, box.MaxX, box.MaxY};
  return layer;
}

struct DestroyGeometry {
  void operator()(void* geometry) const noexcept { OGR_G_DestroyGeometry(geometry); }
};
struct DestroyFeature {
  void operator()(void* feature) const noexcept { OGR_F_Destroy(feature); }
};

void add_ring(OGRGeometryH line, bool hole, std::vector<Ring>& rings) {
  Ring ring{std::vector<MapPoint>(static_cast<std::size_t>(OGR_G_GetPointCount(line))), hole};
  if (ring.points.empty()) return;
  OGR_G_GetPoints(line, &ring.points[0].x, sizeof(MapPoint), &ring.points[0].y, sizeof(MapPoint), nullptr, 0);
  rings.push_back(std::move(ring));
}

/// The rings of a polygon or of several, without arcs. Returns false for anything else.
bool add_rings(OGRGeometryH geometry, std::vector<Ring>& rings) {
  const OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
  if (type != wkbPolygon && type != wkbMultiPolygon && type != wkbGeometryCollection) return false;
  for (int i = 0; i < OGR_G_GetGeometryCount(geometry); ++i) {
    const OGRGeometryH part = OGR_G_GetGeometryRef(geometry, i);
    if (type == wkbPolygon)
      add_ring(part, i > 0, rings);
    else if (!add_rings(part, rings))
      return false;
  }
  return true;
}

std::vector<Ring> rings_of(OGRGeometryH geometry) {
  std::vector<Ring> rings;
  const std::unique_ptr<void, DestroyGeometry> linear(
      OGR_G_HasCurveGeometry(geometry, 0) != 0 ? OGR_G_GetLinearGeometry(geometry, 0, nullptr) : nullptr);
  if (!add_rings(linear ? linear.get() : geometry, rings))
    throw Error(Fault::mistake, std::string("it is a ") + OGR_G_GetGeometryName(geometry) +
                                    " and no polygon; leave out such features: ogr2ogr -where, or -nlt MULTIPOLYGON -skipfailures");
  return rings;
}

std::optional<AttributeValue> value_of(OGRFeatureH feature, int field, VectorAttribute::Kind kind) {
  if (OGR_F_IsFieldSetAndNotNull(feature, field) == 0) return std::nullopt;
  AttributeValue value;
  if (kind != VectorAttribute::Kind::text) value.number = OGR_F_GetFieldAsDouble(feature, field);
  if (kind != VectorAttribute::Kind::real) value.text = OGR_F_GetFieldAsString(feature, field);
  return value;
}

class OgrFile final : public VectorFile {
 public:
  OgrFile(std::string path, VectorFormat format, DatasetPtr dataset, CrsReader& crs)
      : path_(std::move(path)), format_(format), dataset_(std::move(dataset)) {
    for (int i = 0; i < GDALDatasetGetLayerCount(dataset_.get()); ++i)
      layers_.push_back(layer_of(GDALDatasetGetLayer(dataset_.get(), i), path_, crs));
  }

  [[nodiscard]] const std::vector<VectorLayer>& layers() const noexcept override { return layers_; }
  [[nodiscard]] Fingerprint fingerprint() const override {
    return format_ == VectorFormat::shapefile ? shapefile_fingerprint(path_) : file_fingerprint(path_);
  }

  /// Measured: two numbers in the file's form, in OGR's, and as rings on the map and in pixels; of text each number is an object.
  [[nodiscard]] std::size_t bytes_per_point() const noexcept override { return format_ == VectorFormat::geojson ? 600 : 72; }

  void read(const VectorLayer& layer, const std::vector<std::string>& attributes,
            const std::function<void(const Feature&)>& visit) override {
    const GdalMessages messages;
    const NoNetwork offline;
    const OGRLayerH handle = GDALDatasetGetLayerByName(dataset_.get(), layer.name.c_str());
    std::vector<std::pair<int, VectorAttribute::Kind>> fields;
    for (const auto& name : attributes)
      fields.emplace_back(OGR_FD_GetFieldIndex(OGR_L_GetLayerDefn(handle), name.c_str()), layer.find(name)->kind);
    OGR_L_ResetReading(handle);
    Index seen = 0;
    CPLErrorReset();
    for (;; ++seen) {
      const std::unique_ptr<void, DestroyFeature> feature(OGR_L_GetNextFeature(handle));
      if (!feature) break;
      show(feature.get(), fields, visit);
    }
    if (seen < layer.features || CPLGetLastErrorType() >= CE_Failure)
      throw Error(Fault::data, path_ + ": layer '" + layer.name + "' cannot be read to its end (" + messages.text("features are missing") +
                                   "); the file is damaged: get a fresh copy of it");
  }

 private:
  void show(OGRFeatureH handle, const std::vector<std::pair<int, VectorAttribute::Kind>>& fields,
            const std::function<void(const Feature&)>& visit) const {
    const OGRGeometryH geometry = OGR_F_GetGeometryRef(handle);
    if (geometry == nullptr || OGR_G_IsEmpty(geometry) != 0) return;
    Feature feature;
    feature.id = OGR_F_GetFID(handle);
    for (const auto& [field, kind] : fields) feature.values.push_back(value_of(handle, field, kind));
    try {
      feature.rings = rings_of(geometry);
    } catch (const Error& error) {
      throw error.during(path_ + ": feature " + std::to_string(feature.id));
    }
    visit(feature);
  }

  std::string path_;
  VectorFormat format_;
  DatasetPtr dataset_;
  std::vector<VectorLayer> layers_;
};

DatasetPtr open_dataset(const std::string& path, VectorFormat format) {
  const char* name = format == VectorFormat::geopackage ? "GPKG" : format == VectorFormat::shapefile ? "ESRI Shapefile" : "GeoJSON";
  const std::array<const char*, 2> drivers = {name, nullptr};
  // A mounted blob store knows no locks, and nobody may write beside a database that is only read.
  const std::array<const char*, 3> database = {"IMMUTABLE=YES", "LIST_ALL_TABLES=NO", nullptr};
  return DatasetPtr(GDALOpenEx(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers.data(),
                               format == VectorFormat::geopackage ? database.data() : nullptr, nullptr));
}

}  // namespace

bool looks_like_vectors(const std::string& path) { return format_of(path) != VectorFormat::none; }

std::unique_ptr<VectorFile> open_vectors(const std::string& path, CrsReader& crs) {
  require_allowed(path);
  if (is_remote(path)) throw Error(Fault::mistake, path + ": polygons are read from folders only; mount the container, or copy the file");
  require_file(path);
  const VectorFormat format = format_of(path);
  if (format == VectorFormat::none)
    throw Error(Fault::mistake,
                path +
                    ": it is no file of polygons that is read here (GeoPackage, GeoJSON as .geojson or .json, Shapefile as .shp); convert "
                    "it: ogr2ogr OUT.gpkg IN");
  if (format == VectorFormat::shapefile) require_parts(path);
  if (format == VectorFormat::geopackage) require_closed(path);
  const GdalMessages messages;
  const NoNetwork offline;
  DatasetPtr dataset = open_dataset(path, format);
  if (!dataset)
    throw Error(Fault::mistake, path + ": it cannot be read as polygons (" + messages.text("no reason given") +
                                    "); convert it: ogr2ogr OUT.gpkg IN, or get a fresh copy of it");
  auto file = std::make_unique<OgrFile>(path, format, std::move(dataset), crs);
  if (offline.asked())
    throw Error(Fault::mistake,
                path + ": it names its CRS by the address of a server, which is not asked; convert it: ogr2ogr OUT.gpkg IN");
  return file;
}

}  // namespace terroir
