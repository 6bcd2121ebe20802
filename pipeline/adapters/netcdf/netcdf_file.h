#pragma once

#include "pipeline/adapters/netcdf/netcdf_library.h"
#include "pipeline/cf/cf_file.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// A NetCDF file of any kind (classic, 64-bit, NetCDF-4) or an HDF5 file, as libnetcdf sees it.
class NetcdfFile final : public CfFile {
 public:
  /// Throws Error(Fault::mistake) when it cannot be opened: the text says why.
  NetcdfFile(std::string path, std::shared_ptr<NetcdfHandles> handles);

  [[nodiscard]] const std::string& path() const noexcept override { return path_; }
  [[nodiscard]] const std::vector<CfVariable>& variables() const noexcept override { return variables_; }
  [[nodiscard]] std::vector<double> numbers(const CfVariable&) override;
  [[nodiscard]] std::vector<std::string> texts(const CfVariable&) override;
  /// The numbers of a variable in the chunks of the storage, read by the library, one thread at a time.
  [[nodiscard]] std::unique_ptr<StoredArray> array(const CfVariable&) const;

 private:
  std::string path_;
  std::shared_ptr<NetcdfHandles> handles_;
  std::vector<CfVariable> variables_;
};

}  // namespace terroir
