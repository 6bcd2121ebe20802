#include "pipeline/adapters/gdal/handle_pool.h"

#include "pipeline/adapters/gdal/remote_file.h"
#include "pipeline/adapters/gdal/vsi_file.h"
#include "pipeline/error.h"

#include <cpl_conv.h>

#include <algorithm>
#include <array>

namespace terroir {
namespace {

/// Lets GDAL look for a mask or metadata beside the file, on this thread, while it lives.
class SidecarSearch {
 public:
  explicit SidecarSearch(bool on) : on_(on) {
    if (on_) CPLSetThreadLocalConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", "TRUE");
  }
  ~SidecarSearch() {
    if (on_) CPLSetThreadLocalConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", nullptr);
  }
  SidecarSearch(const SidecarSearch&) = delete;
  SidecarSearch& operator=(const SidecarSearch&) = delete;

 private:
  bool on_;
};

}  // namespace

bool HandlePool::has_sidecar(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = sidecars_.find(path);
    if (known != sidecars_.end()) return known->second;
  }
  const bool found = terroir::has_sidecar(path);
  const std::lock_guard lock(mutex_);
  return sidecars_[path] = found;
}

bool HandlePool::knows_its_place(const std::string& path, GDALDatasetH dataset) {
  std::array<double, 6> place{};
  return GDALGetGeoTransform(dataset, place.data()) == CE_None || !has_world_file(path);
}

DatasetPtr HandlePool::open(const std::string& path) {
  start_gdal(options_.allow_vrt);
  const auto drivers = allowed_drivers(options_);
  const auto open_once = [&](bool search_beside) {
    const SidecarSearch search(search_beside);
    return DatasetPtr(
        GDALOpenEx(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, drivers.data(), nullptr, nullptr));
  };
  const bool sidecar = has_sidecar(path);
  for (int attempt = 1;; ++attempt) {
    DatasetPtr dataset = open_once(sidecar);
    if (dataset && !sidecar && !knows_its_place(path, dataset.get())) {
      dataset = open_once(true);
      const std::lock_guard lock(mutex_);
      sidecars_[path] = true;
      return dataset;
    }
    if (dataset || !is_remote(path) || attempt == remote_tries) return dataset;
    if (ask_after_failure(path).kind != RemoteAnswer::Kind::file) return nullptr;
  }
}

HandlePool::Lease HandlePool::acquire(const std::string& path) {
  DatasetPtr dataset;
  std::list<Idle> closing;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(idle_.begin(), idle_.end(), [&](const Idle& i) { return i.path == path; });
    if (found != idle_.end()) {
      dataset = std::move(found->dataset);
      idle_.erase(found);
    }
    ++leased_;
    closing = surplus();
  }
  closing.clear();
  if (!dataset) {
    try {
      dataset = open_again(path);
    } catch (const Error&) {
      give_back(path, nullptr);
      throw;
    }
  }
  return {*this, path, std::move(dataset)};
}

DatasetPtr HandlePool::open_again(const std::string& path) {
  const GdalMessages messages;
  DatasetPtr dataset = open(path);
  if (dataset) return dataset;
  if (is_remote(path))
    if (const RemoteAnswer answer = ask_remote(path); answer.kind != RemoteAnswer::Kind::file)
      throw Error(Fault::system, path + ": it can no longer be opened: " + remote_problem(path, answer));
  throw Error(Fault::system, path + ": it can no longer be opened (" + messages.text("no reason given") + "); was it moved or removed?");
}

void HandlePool::put(const std::string& path, DatasetPtr dataset) {
  std::list<Idle> closing;
  {
    const std::lock_guard lock(mutex_);
    idle_.push_front({path, std::move(dataset)});
    closing = surplus();
  }
}

std::size_t HandlePool::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

void HandlePool::give_back(const std::string& path, DatasetPtr dataset) {
  {
    const std::lock_guard lock(mutex_);
    --leased_;
  }
  if (dataset) put(path, std::move(dataset));
}

std::list<HandlePool::Idle> HandlePool::surplus() {
  std::list<Idle> out;
  while (!idle_.empty() && idle_.size() + leased_ > options_.open_handles) out.splice(out.begin(), idle_, std::prev(idle_.end()));
  return out;
}

}  // namespace terroir
