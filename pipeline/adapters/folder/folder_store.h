#pragma once

#include "pipeline/ports/store.h"

#include <memory>
#include <string>

namespace terroir {

/// A folder of this machine, or one that is mounted from a blob store, as a Store. Objects are files, written front to back and
/// checked at close; missing folders are made when an object needs them. Nothing is created until the first object is.
[[nodiscard]] std::unique_ptr<Store> make_folder_store(std::string path);

}  // namespace terroir
