#include "pipeline/adapters/gdal/gdal_library.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal_frmts.h>
#include <ogr_srs_api.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string_view>

namespace terroir {
namespace {

/// The environment may say it, too.
void set_unless_given(const char* option, const char* value) {
  if (CPLGetConfigOption(option, nullptr) == nullptr) CPLSetConfigOption(option, value);
}

void configure() {
  GDALRegister_GTiff();
  GDALRegister_COG();
  GDALRegister_GRIB();
  RegisterOGRGeoPackage();
  RegisterOGRShape();
  RegisterOGRGeoJSON();
  CPLSetErrorHandler(CPLQuietErrorHandler);
  GDALSetCacheMax64(GIntBig{32} << 20);  // for the whole process
  for (const auto& [name, value] : gdal_settings) CPLSetConfigOption(name, value);
  OSRSetPROJEnableNetwork(0);
  // Storage that is busy or silent: GDAL asks twice, its callers three times; and no wait without end.
  set_unless_given("GDAL_HTTP_MAX_RETRY", "1");
  set_unless_given("GDAL_HTTP_RETRY_DELAY", "1");
  set_unless_given("GDAL_HTTP_CONNECTTIMEOUT", "10");
  set_unless_given("GDAL_HTTP_LOW_SPEED_TIME", "30");
  set_unless_given("GDAL_HTTP_LOW_SPEED_LIMIT", "1");
  // Of bytes that were fetched: enough for the pieces that neighbouring blocks share, and part of the memory that is promised.
  CPLSetConfigOption("CPL_VSIL_CURL_CACHE_SIZE", "4194304");
}

}  // namespace

bool environment_allows_vrt() noexcept {
  const char* const vrt = std::getenv("TERROIR_ALLOW_VRT");
  return vrt != nullptr && std::string_view(vrt) == "1";
}

void start_gdal(bool allow_vrt) {
  static std::once_flag once;
  std::call_once(once, configure);
  if (!allow_vrt) return;
  static std::once_flag vrt;
  std::call_once(vrt, GDALRegister_VRT);
}

// Files of polygons are opened by the driver of their format alone.
std::vector<const char*> allowed_drivers(const GdalOptions& options) {
  std::vector<const char*> names = {"GTiff", "GRIB"};
  if (options.allow_vrt) names.push_back("VRT");
  names.push_back(nullptr);
  return names;
}

GdalMessages::GdalMessages() {
  start_gdal();
  CPLPushErrorHandlerEx(take, this);
}
GdalMessages::~GdalMessages() { CPLPopErrorHandler(); }

void CPL_STDCALL GdalMessages::take(CPLErr level, CPLErrorNum, const char* text) {
  auto* self = static_cast<GdalMessages*>(CPLGetErrorHandlerUserData());
  std::string& place = level >= CE_Failure ? self->failure_ : self->warning_;
  if (level >= CE_Warning && place.empty()) place = text;
}

std::string GdalMessages::text(const std::string& otherwise) const {
  std::string line = !failure_.empty() ? failure_ : !warning_.empty() ? warning_ : otherwise;
  std::replace(line.begin(), line.end(), '\n', ' ');
  while (!line.empty() && (line.back() == '.' || line.back() == ' ')) line.pop_back();
  return without_secrets(line);
}

std::string without_secrets(std::string text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at)) {
    const bool web = std::string_view(text).substr(0, at).ends_with("http") || std::string_view(text).substr(0, at).ends_with("https");
    at += 3;
    const std::size_t end = std::min(text.find_first_of(" '\"", at), text.size());
    const std::size_t slash = std::min(text.find('/', at), end), query = std::min(text.find('?', at), end);
    text.erase(query, end - query);
    const std::size_t sign = text.rfind('@', slash);
    if (web && sign != std::string::npos && sign >= at) text.erase(at, sign + 1 - at);  // elsewhere it ends a container's name
  }
  return text;
}

}  // namespace terroir
