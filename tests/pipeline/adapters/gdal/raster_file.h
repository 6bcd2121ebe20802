#pragma once

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include <unistd.h>
#include <array>
#include <cstdint>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

/// Rasters that tests make with GDAL's C API.
namespace terroir::test {

/// A folder that is removed with all that is in it.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "terroir-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct RasterSpec {
  int cols = 100, rows = 70, bands = 1;
  GDALDataType type = GDT_Float32;
  std::vector<std::string> options = {};  ///< creation options, "TILED=YES"
  std::array<double, 6> transform = {600000, 30, 0, 5200000, 0, -30};
  int epsg = 32632;  ///< 0: none
};

/// An open GDAL data set for writing; closing it makes the file whole.
class RasterFile {
 public:
  RasterFile(const std::string& path, const RasterSpec& spec) : spec_(spec) {
    GDALAllRegister();
    CPLStringList options;
    for (const auto& option : spec.options) options.AddString(option.c_str());
    dataset_ = GDALCreate(GDALGetDriverByName("GTiff"), path.c_str(), spec.cols, spec.rows, spec.bands, spec.type, options.List());
    if (dataset_ == nullptr) throw std::runtime_error("GDAL did not create " + path);
    std::array<double, 6> transform = spec.transform;
    GDALSetGeoTransform(dataset_, transform.data());
    if (spec.epsg != 0) {
      const OGRSpatialReferenceH reference = OSRNewSpatialReference(nullptr);
      OSRImportFromEPSG(reference, spec.epsg);
      GDALSetSpatialRef(dataset_, reference);
      OSRDestroySpatialReference(reference);
    }
  }
  ~RasterFile() { GDALClose(dataset_); }
  RasterFile(const RasterFile&) = delete;
  RasterFile& operator=(const RasterFile&) = delete;

  [[nodiscard]] GDALDatasetH get() const { return dataset_; }
  [[nodiscard]] GDALRasterBandH band(int number) const { return GDALGetRasterBand(dataset_, number); }

  /// Fills a band (from 1) with numbers that GDAL converts to the band's type.
  void write(int number, const std::vector<double>& values) const {
    auto* data = const_cast<double*>(values.data());
    if (GDALRasterIO(band(number), GF_Write, 0, 0, spec_.cols, spec_.rows, data, spec_.cols, spec_.rows, GDT_Float64, 0, 0) != CE_None)
      throw std::runtime_error("GDAL did not write");
  }
  void write_mask(const std::vector<std::uint8_t>& values) const {
    auto* data = const_cast<std::uint8_t*>(values.data());
    const GDALRasterBandH mask = GDALGetMaskBand(band(1));
    if (GDALRasterIO(mask, GF_Write, 0, 0, spec_.cols, spec_.rows, data, spec_.cols, spec_.rows, GDT_Byte, 0, 0) != CE_None)
      throw std::runtime_error("GDAL did not write the mask");
  }

 private:
  RasterSpec spec_;
  GDALDatasetH dataset_ = nullptr;
};

/// Whole numbers from 0 to `limit` that rise along rows with some noise, as terrain does.
inline std::vector<double> terrain(const RasterSpec& spec, unsigned seed, double limit = 120) {
  std::mt19937 random(seed);
  std::vector<double> values;
  for (int r = 0; r < spec.rows; ++r)
    for (int c = 0; c < spec.cols; ++c)
      values.push_back(static_cast<double>((static_cast<unsigned>(3 * r + 2 * c) + random() % 7) % static_cast<unsigned>(limit)));
  return values;
}

/// A band (from 1) as GDAL reads it, as doubles, of a file that is opened anew.
inline std::vector<double> gdal_values(const std::string& path, int number) {
  GDALAllRegister();
  const GDALDatasetH dataset = GDALOpen(path.c_str(), GA_ReadOnly);
  if (dataset == nullptr) throw std::runtime_error("GDAL did not open " + path);
  const int cols = GDALGetRasterXSize(dataset), rows = GDALGetRasterYSize(dataset);
  std::vector<double> values(static_cast<std::size_t>(cols) * static_cast<std::size_t>(rows));
  const CPLErr failed =
      GDALRasterIO(GDALGetRasterBand(dataset, number), GF_Read, 0, 0, cols, rows, values.data(), cols, rows, GDT_Float64, 0, 0);
  GDALClose(dataset);
  if (failed != CE_None) throw std::runtime_error("GDAL did not read " + path);
  return values;
}

}  // namespace terroir::test
