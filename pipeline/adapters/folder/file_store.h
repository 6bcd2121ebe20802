#pragma once

#include "pipeline/ports/store.h"

#include <memory>
#include <string>

namespace terroir {

/// One file of a folder, as a Store with one object of that name; what a run keeps for itself (keys that start with "__terroir/")
/// stands in the folder PATH.terroir beside it. What else lies there is not seen.
[[nodiscard]] std::unique_ptr<Store> make_file_store(std::string path);

}  // namespace terroir
