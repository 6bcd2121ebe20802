#include "pipeline/adapters/gdal/gdal_facts.h"

#include "pipeline/error.h"
#include "pipeline/ports/chunk_of_blocks.h"

#include <cpl_conv.h>
#include <ogr_srs_api.h>

#include <algorithm>
#include <array>
#include <optional>

namespace terroir {
namespace {

std::optional<SampleType> type_of(GDALRasterBandH band) {
  switch (GDALGetRasterDataType(band)) {
    case GDT_Byte: {
      const char* pixel = GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE");
      return pixel != nullptr && std::string(pixel) == "SIGNEDBYTE" ? SampleType::int8 : SampleType::uint8;
    }
    case GDT_UInt16: return SampleType::uint16;
    case GDT_Int16: return SampleType::int16;
    case GDT_UInt32: return SampleType::uint32;
    case GDT_Int32: return SampleType::int32;
    case GDT_UInt64: return SampleType::uint64;
    case GDT_Int64: return SampleType::int64;
    case GDT_Float32: return SampleType::float32;
    case GDT_Float64: return SampleType::float64;
    default: return std::nullopt;
  }
}

std::optional<double> nodata_of(GDALRasterBandH band, SampleType type) {
  int has = 0;
  double value = 0;
  if (type == SampleType::int64)
    value = static_cast<double>(GDALGetRasterNoDataValueAsInt64(band, &has));
  else if (type == SampleType::uint64)
    value = static_cast<double>(GDALGetRasterNoDataValueAsUInt64(band, &has));
  else
    value = GDALGetRasterNoDataValue(band, &has);
  return has != 0 ? std::optional(value) : std::nullopt;
}

MaskKind mask_of(GDALRasterBandH band) {
  const int flags = GDALGetMaskFlags(band);
  if ((flags & GMF_ALL_VALID) != 0) return MaskKind::none;
  if ((flags & GMF_PER_DATASET) != 0) return MaskKind::shared;
  return (flags & GMF_NODATA) != 0 ? MaskKind::none : MaskKind::own;
}

void read_bands(GDALDatasetH dataset, const std::string& path, GdalFacts& facts) {
  int count = GDALGetRasterCount(dataset);
  while (count > 1 && GDALGetRasterColorInterpretation(GDALGetRasterBand(dataset, count)) == GCI_AlphaBand) --count;
  if (count == 0) throw Error(Fault::mistake, path + ": it has no raster band; name one of its parts, or convert it to GeoTIFF");
  for (int i = 1; i <= count; ++i) {
    const GDALRasterBandH band = GDALGetRasterBand(dataset, i);
    const auto type = type_of(band);
    if (!type)
      throw Error(Fault::mistake, path + ": band " + std::to_string(i) + " holds " + GDALGetDataTypeName(GDALGetRasterDataType(band)) +
                                      ", which cannot become pixels; convert it to real numbers first");
    BandFacts b;
    b.description = GDALGetDescription(band);
    b.dtype = dtype_name(*type);
    b.unit = GDALGetRasterUnitType(band);
    b.nodata = nodata_of(band, *type);
    int has = 0;
    const double scale = GDALGetRasterScale(band, &has), offset = GDALGetRasterOffset(band, nullptr);
    if (has != 0 && scale != 0) b.scale = scale;
    b.offset = offset;
    facts.masks.push_back(mask_of(band));
    b.masked = facts.masks.back() != MaskKind::none;
    facts.types.push_back(*type);
    facts.bands.push_back(std::move(b));
  }
}

Affine affine_of(GDALDatasetH dataset, const std::string& path, Index rows, bool& south_up) {
  std::array<double, 6> t{};
  // Without a transform (or with GDAL's default one) positions are counted in pixels.
  const bool plain = GDALGetGeoTransform(dataset, t.data()) != CE_None || t == std::array<double, 6>{0, 1, 0, 0, 0, 1};
  if (plain && GDALGetGCPCount(dataset) > 0)
    throw Error(Fault::mistake, path + ": it is placed by ground control points only; straighten it first: gdalwarp IN OUT");
  if (plain) return {};
  if (t[2] != 0 || t[4] != 0 || t[1] <= 0 || t[5] == 0)
    throw Error(Fault::mistake, path + ": its grid is rotated or mirrored; straighten it first: gdalwarp IN OUT");
  south_up = t[5] > 0;
  return south_up ? Affine{t[0], t[1], t[3] + static_cast<double>(rows) * t[5], -t[5]} : Affine{t[0], t[1], t[3], t[5]};
}

}  // namespace

Crs read_crs(OGRSpatialReferenceH reference, const std::string& path, CrsReader& reader) {
  if (reference == nullptr) return {};
  char* text = nullptr;
  const std::array<const char*, 2> options = {"FORMAT=WKT2_2019", nullptr};
  const OGRErr failed = OSRExportToWktEx(reference, &text, options.data());
  const std::unique_ptr<char, void (*)(void*)> owner(text, VSIFree);
  if (failed != OGRERR_NONE || text == nullptr || *text == '\0') return {};
  try {
    return reader.read(text);
  } catch (const Error& error) {
    throw error.during(path);
  }
}

GdalFacts read_facts(GDALDatasetH dataset, const std::string& path, CrsReader& crs) {
  GdalFacts facts;
  facts.driver = GDALGetDescription(GDALGetDatasetDriver(dataset));
  const Shape image{GDALGetRasterYSize(dataset), GDALGetRasterXSize(dataset)};
  read_bands(dataset, path, facts);
  const Affine affine = affine_of(dataset, path, image.rows, facts.south_up);
  facts.grid = Grid(read_crs(GDALGetSpatialRef(dataset), path, crs), affine, image);
  int cols = 0, rows = 0;
  GDALGetBlockSize(GDALGetRasterBand(dataset, 1), &cols, &rows);
  facts.block = {std::max(rows, 1), std::max(cols, 1)};
  const char* interleave = GDALGetMetadataItem(dataset, "INTERLEAVE", "IMAGE_STRUCTURE");
  facts.interleaved = facts.bands.size() > 1 && interleave != nullptr && std::string(interleave) == "PIXEL";
  facts.chunk = chunk_of_blocks(facts.block, image, facts.interleaved ? static_cast<Index>(facts.bands.size()) : 1);
  return facts;
}

}  // namespace terroir
