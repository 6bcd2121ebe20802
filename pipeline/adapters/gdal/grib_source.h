#pragma once

#include "pipeline/adapters/gdal/gdal_source.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// One message of a GRIB file, which GDAL shows as a band.
struct GribMessage {
  int band = 0;              ///< from 0
  std::string element;       ///< "2T", "TMP"
  std::string level;         ///< "85000-ISBL", "0-SFC"
  std::string unit, title;   ///< "K"; "2 metre temperature"
  std::int64_t seconds = 0;  ///< valid time, since 1970
};

/// Whether a file is GRIB, by its first bytes.
[[nodiscard]] bool is_grib(const std::string& path);

/// All messages of an opened data set. Throws Error(Fault::mistake) for one without a time.
[[nodiscard]] std::vector<GribMessage> grib_messages(GDALDatasetH dataset, const std::string& path);

/// Names of the elements of messages, each once, in the order of the file.
[[nodiscard]] std::vector<std::string> grib_elements(const std::vector<GribMessage>& messages);

/// The messages of one element on one level as a source with a time axis. Throws Error(Fault::mistake) when there is no such element,
/// when it is on several levels and none is chosen, or when one time comes twice.
[[nodiscard]] std::unique_ptr<Source> open_grib(std::unique_ptr<GdalSource> bands, const std::vector<GribMessage>& messages,
                                                const SourcePart& part);

}  // namespace terroir
