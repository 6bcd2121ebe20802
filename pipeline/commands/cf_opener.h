#pragma once

#include "pipeline/adapters/netcdf/netcdf_file.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/local_files.h"
#include "pipeline/ports/source.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// Opens variables of NetCDF and HDF5 files: libnetcdf reads headers and coordinates, and the numbers of what the direct reader does
/// not know.
class CfOpener {
 public:
  /// `crs` must outlive the opener, not its sources.
  explicit CfOpener(CrsReader& crs) : crs_(crs) {}

  /// Whether a file is one of these, by its first bytes, of which so many are enough.
  static constexpr std::size_t head_bytes = 8;
  [[nodiscard]] static bool knows(std::string_view head);
  [[nodiscard]] std::vector<std::string> variables(const std::string& path);
  [[nodiscard]] std::unique_ptr<Source> open(const std::string& path, const SourcePart& part);

 private:
  /// The header of a file; that of the last one is kept, for its variables are asked for one after the other.
  [[nodiscard]] std::shared_ptr<NetcdfFile> header(const std::string& path);

  static constexpr std::size_t open_files = 64;
  CrsReader& crs_;
  std::shared_ptr<NetcdfHandles> handles_ = std::make_shared<NetcdfHandles>(open_files);
  std::shared_ptr<LocalFiles> files_ = std::make_shared<LocalFiles>(open_files);
  std::shared_ptr<NetcdfFile> last_;
};

}  // namespace terroir
