#include "pipeline/adapters/netcdf/netcdf_file.h"

#include "pipeline/adapters/netcdf/classic_size.h"
#include "pipeline/error.h"
#include "tiling/buffer.h"

#include <netcdf.h>
#include <netcdf_filter.h>

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

/// Chunks of a variable by nc_get_vara.
class NetcdfArray final : public StoredArray {
 public:
  NetcdfArray(std::string path, const CfVariable& variable, std::vector<Index> chunk, std::shared_ptr<NetcdfHandles> handles)
      : path_(std::move(path)),
        name_(variable.name),
        shape_(variable.shape),
        element_(sample_bytes(*variable.type)),
        chunk_(std::move(chunk)),
        handles_(std::move(handles)) {}

  [[nodiscard]] const std::vector<Index>& chunk() const noexcept override { return chunk_; }

  std::size_t read(std::span<const Index> place, std::span<std::byte> out) override {
    std::vector<std::size_t> start, count;
    bool whole = true;
    for (std::size_t d = 0; d < place.size(); ++d) {
      const Index first = place[d] * chunk_[d], size = std::min(chunk_[d], shape_[d] - first);
      start.push_back(static_cast<std::size_t>(first));
      count.push_back(static_cast<std::size_t>(size));
      whole = whole && size == chunk_[d];
    }
    std::size_t bytes = element_;
    for (const std::size_t size : count) bytes *= size;
    if (whole) {
      read_library(start, count, out.data());
      return bytes;
    }
    thread_local Buffer scratch;
    scratch.reserve(bytes);
    read_library(start, count, scratch.data());
    const std::byte* from = scratch.data();
    spread(count, 0, from, out.data());
    return bytes;
  }

 private:
  void read_library(const std::vector<std::size_t>& start, const std::vector<std::size_t>& count, std::byte* out) {
    const std::lock_guard lock(hdf5_library());
    const auto [group, variable] = netcdf_variable(handles_->open(path_), name_);
    // Whole chunks come once, so the library need not keep up to 64 MiB of them.
    std::size_t cache = 0;
    if (nc_get_var_chunk_cache(group, variable, &cache, nullptr, nullptr) == NC_NOERR && cache > 1)
      nc_set_var_chunk_cache(group, variable, 1, 1, 0);
    const int status = nc_get_vara(group, variable, start.data(), count.data(), out);
    if (status == NC_NOERR) return;
    // Positive numbers are those of the system.
    const Fault fault = status > 0 ? Fault::system : Fault::data;
    throw Error(fault, path_ + ": variable '" + name_ + "' cannot be read (" + netcdf_message(status) + "); get a fresh copy of the file");
  }

  /// Puts dense numbers in their places of a whole chunk.
  void spread(const std::vector<std::size_t>& count, std::size_t dimension, const std::byte*& from, std::byte* to) const {
    if (dimension + 1 == count.size()) {
      std::memcpy(to, from, count[dimension] * element_);
      from += count[dimension] * element_;
      return;
    }
    std::size_t stride = element_;
    for (std::size_t d = dimension + 1; d < chunk_.size(); ++d) stride *= static_cast<std::size_t>(chunk_[d]);
    for (std::size_t i = 0; i < count[dimension]; ++i) spread(count, dimension + 1, from, to + i * stride);
  }

  std::string path_, name_;
  std::vector<Index> shape_;
  std::size_t element_;
  std::vector<Index> chunk_;
  std::shared_ptr<NetcdfHandles> handles_;
};

/// Refuses a variable whose filters need a plug-in that is not here.
void require_filters(const std::string& path, const std::string& name, int group, int variable) {
  std::size_t count = 0;
  if (nc_inq_var_filter_ids(group, variable, &count, nullptr) != NC_NOERR || count == 0) return;
  std::vector<unsigned> filters(count);
  nc_inq_var_filter_ids(group, variable, &count, filters.data());
  for (const unsigned filter : filters) {
    if (nc_inq_filter_avail(group, filter) != NC_ENOFILTER) continue;
    const std::string known = filter == 307 ? "bzip2, " : filter == 32001 ? "blosc, " : filter == 32015 ? "zstd, " : "";
    throw Error(Fault::mistake, path + ": variable '" + name + "' is compressed by an HDF5 plug-in that is not here (" + known + "filter " +
                                    std::to_string(filter) + "); write it again with deflate, or name the plug-in's folder in " +
                                    "HDF5_PLUGIN_PATH");
  }
}

}  // namespace

NetcdfFile::NetcdfFile(std::string path, std::shared_ptr<NetcdfHandles> handles) : path_(std::move(path)), handles_(std::move(handles)) {
  require_whole_netcdf(path_);
  const std::lock_guard lock(hdf5_library());
  variables_ = netcdf_header(handles_->open(path_), path_);
}

std::vector<double> NetcdfFile::numbers(const CfVariable& variable) {
  std::size_t count = 1;
  for (const Index size : variable.shape) count *= static_cast<std::size_t>(size);
  std::vector<double> numbers(count);
  if (count == 0) return numbers;
  const std::lock_guard lock(hdf5_library());
  const auto [group, number] = netcdf_variable(handles_->open(path_), variable.name);
  const int status = nc_get_var_double(group, number, numbers.data());
  if (status != NC_NOERR)
    throw Error(Fault::mistake, path_ + ": the coordinate '" + variable.name + "' cannot be read (" + netcdf_message(status) +
                                    "); get a fresh copy of the file");
  const double scale = variable.number("scale_factor").value_or(1), offset = variable.number("add_offset").value_or(0);
  for (double& value : numbers) value = value * scale + offset;
  return numbers;
}

std::vector<std::string> NetcdfFile::texts(const CfVariable& variable) {
  const std::lock_guard lock(hdf5_library());
  return netcdf_texts(handles_->open(path_), variable, path_);
}

std::unique_ptr<StoredArray> NetcdfFile::array(const CfVariable& variable) const {
  std::vector<std::size_t> sizes(variable.shape.size());
  int storage = NC_CONTIGUOUS;
  {
    const std::lock_guard lock(hdf5_library());
    const auto [group, number] = netcdf_variable(handles_->open(path_), variable.name);
    require_filters(path_, variable.name, group, number);
    if (nc_inq_var_chunking(group, number, &storage, sizes.data()) != NC_NOERR) storage = NC_CONTIGUOUS;
  }
  std::vector<Index> chunk(sizes.begin(), sizes.end());
  if (storage != NC_CHUNKED) chunk = chunk_of_contiguous(variable.shape, sample_bytes(*variable.type));
  return std::make_unique<NetcdfArray>(path_, variable, std::move(chunk), handles_);
}

}  // namespace terroir
