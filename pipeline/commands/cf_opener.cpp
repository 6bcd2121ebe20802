#include "pipeline/commands/cf_opener.h"

#include "pipeline/adapters/gdal/remote_file.h"
#include "pipeline/adapters/gdal/vsi_file.h"
#include "pipeline/adapters/hdf5/hdf5_array.h"
#include "pipeline/cf/cf_source.h"
#include "pipeline/error.h"

#include <string_view>
#include <utility>

namespace terroir {
namespace {

/// Chunks of an HDF5 dataset by the direct reader, which is asked when the first one is read; of what it does not know by the library.
class Hdf5First final : public StoredArray {
 public:
  Hdf5First(std::string path, Hdf5Expectation expected, std::unique_ptr<StoredArray> library, std::shared_ptr<LocalFiles> files)
      : path_(std::move(path)), expected_(std::move(expected)), library_(std::move(library)), files_(std::move(files)) {}

  [[nodiscard]] const std::vector<Index>& chunk() const noexcept override { return library_->chunk(); }
  std::size_t read(std::span<const Index> place, std::span<std::byte> out) override { return chosen().read(place, out); }
  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch(std::span<const Index> place, std::span<std::byte> out) override {
    return chosen().fetch(place, out);
  }

 private:
  [[nodiscard]] StoredArray& chosen() {
    std::call_once(looked_, [&] { direct_ = open_hdf5_array(path_, expected_, files_); });
    return direct_ ? *direct_ : *library_;
  }

  std::string path_;
  Hdf5Expectation expected_;
  std::unique_ptr<StoredArray> library_, direct_;
  std::shared_ptr<LocalFiles> files_;
  std::once_flag looked_;
};

bool is_hdf5(std::string_view head) { return head.starts_with("\211HDF\r\n\032\n"); }

}  // namespace

bool CfOpener::knows(std::string_view head) {
  return head.starts_with("CDF\001") || head.starts_with("CDF\002") || head.starts_with("CDF\005") || is_hdf5(head);
}

std::shared_ptr<NetcdfFile> CfOpener::header(const std::string& path) {
  require_file(path);
  if (path.starts_with("/vsi"))
    throw Error(Fault::mistake, path + ": NetCDF and HDF5 are read from folders only; mount the container, or copy the file");
  if (!last_ || last_->path() != path) last_ = std::make_shared<NetcdfFile>(path, handles_);
  return last_;
}

std::vector<std::string> CfOpener::variables(const std::string& path) { return data_variables(*header(path)); }

std::unique_ptr<Source> CfOpener::open(const std::string& path, const SourcePart& part) {
  const auto file = header(path);
  CfDescription description = describe(*file, part, crs_);
  auto array = file->array(*file->find(description.name));
  if (is_hdf5(file_head(path, head_bytes))) {
    Hdf5Expectation expected{description.name, description.shape, array->chunk(), sample_bytes(description.type)};
    array = std::make_unique<Hdf5First>(path, std::move(expected), std::move(array), files_);
  }
  return std::make_unique<CfSource>(path, std::move(description), std::move(array), file_fingerprint(path));
}

}  // namespace terroir
