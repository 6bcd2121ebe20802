#pragma once

#include "pipeline/cf/cf_file.h"
#include "pipeline/ports/local_files.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// What the storage of a dataset should look like, from the header that is read elsewhere.
struct Hdf5Expectation {
  std::string dataset;  ///< "tas", "group/tas"
  std::vector<Index> shape, chunk;
  std::size_t element = 4;
};

/// A dataset of an HDF5 file, its chunks located once, then read by byte ranges outside of the HDF5 library and decoded here: deflate,
/// shuffle, Fletcher's checksum, either byte order; contiguous data as well. Null when it is stored in a way that is not known here.
[[nodiscard]] std::unique_ptr<StoredArray> open_hdf5_array(const std::string& path, const Hdf5Expectation&,
                                                           std::shared_ptr<LocalFiles> files);

}  // namespace terroir
