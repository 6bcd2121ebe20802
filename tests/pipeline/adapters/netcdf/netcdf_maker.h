#pragma once

#include <gtest/gtest.h>
#include <netcdf.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace terroir::test {

/// A folder of the test that is running, empty and removed at the end.
class NetcdfFolder {
 public:
  NetcdfFolder() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            ("terroir-nc-" + std::to_string(::getpid()) + "-" + test->test_suite_name() + "-" + test->name());
    std::filesystem::create_directories(path_);
  }
  ~NetcdfFolder() { std::filesystem::remove_all(path_); }
  NetcdfFolder(const NetcdfFolder&) = delete;
  NetcdfFolder& operator=(const NetcdfFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void nc(int status) { ASSERT_EQ(status, NC_NOERR) << nc_strerror(status); }

/// Writes the float variable `t` (time, lat, lon), whose number at (t, r, c) is t * 10000 + r * 100 + c. `define` may set its storage.
inline void write_netcdf(const std::string& path, int mode, const std::vector<std::size_t>& shape,
                         const std::function<void(int file, int variable)>& define = {}) {
  int file = 0, variable = 0;
  nc(nc_create(path.c_str(), mode | NC_CLOBBER, &file));
  std::vector<int> dimensions(3);
  const char* const names[] = {"time", "lat", "lon"};
  for (std::size_t d = 0; d < 3; ++d) nc(nc_def_dim(file, names[d], shape[d], &dimensions[d]));
  nc(nc_def_var(file, "t", NC_FLOAT, 3, dimensions.data(), &variable));
  if (define) define(file, variable);
  nc(nc_enddef(file));
  std::vector<float> numbers;
  for (std::size_t t = 0; t < shape[0]; ++t)
    for (std::size_t r = 0; r < shape[1]; ++r)
      for (std::size_t c = 0; c < shape[2]; ++c) numbers.push_back(static_cast<float>(t * 10000 + r * 100 + c));
  nc(nc_put_var_float(file, variable, numbers.data()));
  nc(nc_close(file));
}

}  // namespace terroir::test
