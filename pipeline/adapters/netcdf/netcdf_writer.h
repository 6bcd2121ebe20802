#pragma once

#include "pipeline/dataset/variable.h"

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace terroir {

/// What libnetcdf or HDF5 says when it cannot write.
class NetcdfFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Makes a NetCDF-4 file: dimensions, global attributes, coordinates with their content, and arrays without any. Arrays are chunked
/// and, when their compression is `deflate`, pass HDF5's filters. Throws NetcdfFailure.
void define_netcdf(const std::string& path, const std::vector<Coordinate>& coordinates, const std::vector<Variable>& arrays,
                   const Json& attributes);

/// Adds chunks to the arrays of such a file as they are, already encoded. Throws NetcdfFailure.
class ChunkAppender {
 public:
  explicit ChunkAppender(const std::string& path);
  ~ChunkAppender();
  ChunkAppender(const ChunkAppender&) = delete;
  ChunkAppender& operator=(const ChunkAppender&) = delete;

  /// The array that the next chunks belong to.
  void select(const std::string& array);
  /// `offset`: of the chunk's first number, in each dimension of the array.
  void write(const std::vector<Index>& offset, std::span<const std::byte> chunk);
  /// Ends the file and reports what the disk says of it.
  void close();

 private:
  std::int64_t file_ = -1, dataset_ = -1;
  std::string array_;
};

}  // namespace terroir
