#pragma once

#include "pipeline/cf/cf_file.h"

#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// NetCDF files that are open in the library; the one that was used longest ago is closed when there are too many. All functions need
/// the lock of `hdf5_library()`.
class NetcdfHandles {
 public:
  explicit NetcdfHandles(std::size_t limit) : limit_(limit) {}
  ~NetcdfHandles();
  NetcdfHandles(const NetcdfHandles&) = delete;
  NetcdfHandles& operator=(const NetcdfHandles&) = delete;

  /// The library's number of a file. Throws Error(Fault::mistake) when it cannot be opened.
  [[nodiscard]] int open(const std::string& path);

 private:
  std::size_t limit_;
  std::list<std::pair<std::string, int>> open_;  ///< last used first
};

/// What the library says of a status.
[[nodiscard]] std::string netcdf_message(int status);

/// The type of numbers of a variable; nothing for text, strings and user-defined types.
[[nodiscard]] std::optional<SampleType> netcdf_type(int type);

/// The group and the number of a variable by its name with groups. Throws Error(Fault::system) when it is gone.
[[nodiscard]] std::pair<int, int> netcdf_variable(int file, const std::string& name);

/// The texts of a variable: strings along its only dimension, or characters along the last of two. Empty of any other. Throws
/// Error(Fault::mistake).
[[nodiscard]] std::vector<std::string> netcdf_texts(int file, const CfVariable& variable, const std::string& path);

/// All variables of a file and its groups, with their attributes. Throws Error(Fault::mistake).
[[nodiscard]] std::vector<CfVariable> netcdf_header(int file, const std::string& path);

}  // namespace terroir
