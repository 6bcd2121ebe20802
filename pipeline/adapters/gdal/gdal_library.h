#pragma once

#include <gdal.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

struct GdalOptions {
  std::size_t open_handles = 64;  ///< kept open at most
  bool allow_vrt = false;         ///< a VRT may read any other file, so it needs leave (TERROIR_ALLOW_VRT=1 gives it as well)
};

/// Settings of GDAL that are the same for every run, whatever the environment says: name and value.
inline constexpr std::array<std::pair<const char*, const char*>, 11> gdal_settings = {{
    // A listing of a mounted folder can take seconds and its neighbours are none of our business.
    {"GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR"},
    {"GDAL_VRT_ENABLE_PYTHON", "NO"},
    {"GDAL_DRIVER_PATH", "disable"},
    {"GDAL_NUM_THREADS", "1"},
    // GDAL's defaults, by which our own reader takes headers: codes that EPSG has withdrawn, pixels as points, files beside the image.
    {"OSR_USE_NON_DEPRECATED", "YES"},
    {"GTIFF_POINT_GEO_IGNORE", "FALSE"},
    {"GDAL_GEOREF_SOURCES", "PAM,INTERNAL,TABFILE,WORLDFILE"},
    // Units stay as the file says; by default GDAL turns kelvins into degrees Celsius.
    {"GRIB_NORMALIZE_UNITS", "NO"},
    // So do longitudes; by default GDAL turns those from 0 to 360, and misplaces them where no cell has its centre at 0.
    {"GRIB_ADJUST_LONGITUDE_RANGE", "NO"},
    // A damaged JPEG tile is an error; by default the rest of it turns grey.
    {"GDAL_ERROR_ON_LIBJPEG_WARNING", "TRUE"},
    // A GeoPackage is a database, which must load no code.
    {"OGR_SQLITE_LOAD_EXTENSIONS", ""},
}};

/// Whether TERROIR_ALLOW_VRT is 1.
[[nodiscard]] bool environment_allows_vrt() noexcept;

/// Sets GDAL up for the process: drivers of the allow-list, a fixed cache, no sidecar search, no message on the terminal.
/// The first call counts, but for leave to read VRTs, which any call may give.
void start_gdal(bool allow_vrt = false);

/// Names of the drivers that may open a file of pixels; ends with a null pointer.
[[nodiscard]] std::vector<const char*> allowed_drivers(const GdalOptions& options);

/// A text without the queries of addresses, which may hold signatures, and without user names and passwords before a server's name.
[[nodiscard]] std::string without_secrets(std::string text);

/// Takes what GDAL says on this thread instead of the terminal, for as long as it lives. Starts GDAL, which nobody needs before.
class GdalMessages {
 public:
  GdalMessages();
  ~GdalMessages();
  GdalMessages(const GdalMessages&) = delete;
  GdalMessages& operator=(const GdalMessages&) = delete;
  /// The first failure; without one the first warning, or `otherwise`. One line without the stop at its end, and without secrets.
  [[nodiscard]] std::string text(const std::string& otherwise) const;

 private:
  static void CPL_STDCALL take(CPLErr level, CPLErrorNum number, const char* text);
  std::string failure_, warning_;
};

struct CloseDataset {
  void operator()(void* dataset) const noexcept { GDALClose(dataset); }
};
using DatasetPtr = std::unique_ptr<void, CloseDataset>;

}  // namespace terroir
