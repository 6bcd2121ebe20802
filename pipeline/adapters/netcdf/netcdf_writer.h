#pragma once

#include "pipeline/dataset/staged_file.h"
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

/// Makes a NetCDF-4 file: dimensions, global attributes, and variables without content, arrays without attributes, too. Arrays are
/// chunked and, when their compression is `deflate`, pass HDF5's filters. Throws NetcdfFailure.
void define_netcdf(const std::string& path, const std::vector<Coordinate>& coordinates, const std::vector<Variable>& arrays,
                   const Json& attributes);

/// Adds to such a file what is known at the end: the content of coordinates, and attributes of arrays. Throws NetcdfFailure.
void finish_netcdf(const std::string& path, const std::vector<Coordinate>& coordinates, const std::vector<Variable>& arrays);

/// Adds chunks to arrays of such a file as they are, already encoded. Throws NetcdfFailure.
class ChunkAppender {
 public:
  ChunkAppender(const std::string& path, const std::vector<Variable>& arrays);
  ~ChunkAppender();
  ChunkAppender(const ChunkAppender&) = delete;
  ChunkAppender& operator=(const ChunkAppender&) = delete;

  /// `array`: its place in the list; `offset`: of the chunk's first number, in each dimension of the array.
  void write(std::size_t array, const std::vector<Index>& offset, std::span<const std::byte> chunk);
  /// Where most of the chunks stand in the file, neighbours as one.
  [[nodiscard]] const std::vector<KnownStretch>& stretches() const noexcept { return stretches_; }
  /// Ends the file and reports what the disk says of it.
  void close();

 private:
  /// An array, and what HDF5 knows it by.
  struct Dataset {
    std::string name;
    std::int64_t id = -1;
  };
  [[nodiscard]] std::uint64_t end_of_file() const;
  [[nodiscard]] bool stands_at(std::uint64_t offset, std::span<const std::byte> chunk);
  void note(const KnownStretch& chunk);
  void end() noexcept;

  std::int64_t file_ = -1;
  std::vector<Dataset> datasets_;
  std::vector<KnownStretch> stretches_;
  std::vector<std::byte> seen_;
  int look_ = -1;  ///< the file, to see what stands in it; -1: nothing is seen
};

}  // namespace terroir
