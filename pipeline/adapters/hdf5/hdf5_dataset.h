#pragma once

#include "pipeline/adapters/hdf5/chunk_fetcher.h"
#include "pipeline/adapters/hdf5/chunk_index.h"
#include "pipeline/adapters/hdf5/hdf5_array.h"

#include <optional>
#include <vector>

namespace terroir {

enum class ChunkFilter { deflate, shuffle, fletcher32 };

/// The storage of a dataset, as far as it is needed to read it without the library.
struct Hdf5Dataset {
  bool swapped = false;                   ///< numbers are in the other byte order than the machine's
  std::vector<std::byte> fill;            ///< one element, in the machine's byte order
  std::vector<ChunkFilter> filters;       ///< in the order in which they were applied
  std::optional<ChunkIndex> index;        ///< of a chunked dataset whose chunks have been located
  std::shared_ptr<ChunkFetcher> fetcher;  ///< of another chunked one
  std::uint64_t offset = 0;               ///< of a contiguous one
};

/// Asks the HDF5 library; nothing when the storage is not as expected or not known here.
[[nodiscard]] std::optional<Hdf5Dataset> describe_hdf5(const LocalFile& file, const Hdf5Expectation& expected);

}  // namespace terroir
