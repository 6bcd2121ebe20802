#pragma once

#include "pipeline/adapters/folder/storage_probe.h"
#include "pipeline/ports/store.h"

#include <string>

namespace terroir {

/// The operations of an ordinary file system that a blob store may lack, each tried on an object of its own under `key`. `folder` is
/// where `store` keeps its objects. They throw Error only when the store itself fails.
[[nodiscard]] StorageProbe probe_rename(Store& store, const std::string& folder, const std::string& key);
[[nodiscard]] StorageProbe probe_append(Store& store, const std::string& folder, const std::string& key);
[[nodiscard]] StorageProbe probe_update(Store& store, const std::string& folder, const std::string& key);
[[nodiscard]] StorageProbe probe_map(Store& store, const std::string& folder, const std::string& key);
[[nodiscard]] StorageProbe probe_lock(Store& store, const std::string& folder, const std::string& key, StorageOperation kind);

}  // namespace terroir
