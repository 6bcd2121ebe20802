#pragma once

#include "pipeline/adapters/zarr/input_array.h"

#include <string>
#include <vector>

namespace terroir {

/// The metadata of a store in a folder, as found.
struct ZarrHierarchy {
  int format = 3;
  InputJson attributes = InputJson::object();  ///< of the root
  std::vector<InputArray> arrays;              ///< sorted by name
  std::uint64_t bytes = 0;                     ///< of the documents that were read, and their CRC-32C
  std::uint32_t crc32c = 0;
};

/// Whether a folder has a document of Zarr.
[[nodiscard]] bool has_zarr_documents(const std::string& path);

/// Reads the metadata of a store: the consolidated ones where it has any, else of each array and group. Throws Error(Fault::mistake), the
/// text with the path and what to do, when it has no root document, when that is an array, and when a document is damaged.
[[nodiscard]] ZarrHierarchy read_hierarchy(const std::string& path);

}  // namespace terroir
