#pragma once

#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/sample_type.h"
#include "pipeline/ports/source.h"
#include "tiling/window.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

using CfAttribute = CrsReader::Attribute;

/// What the header of a file says of one of its variables. Names of what stands in groups have their path: "forecast/tas".
struct CfVariable {
  std::string name;
  std::vector<std::string> dimensions;
  std::vector<Index> shape;
  std::optional<SampleType> type;  ///< of its numbers; nothing for text and what else cannot be pixels
  std::vector<CfAttribute> attributes;
  bool default_filled = true;  ///< places that nobody has written have NetCDF's default fill value

  [[nodiscard]] const CfAttribute* find(std::string_view attribute) const;
  /// Text of an attribute; empty without it.
  [[nodiscard]] std::string text(std::string_view attribute) const;
  [[nodiscard]] std::optional<double> number(std::string_view attribute) const;
};

/// A file of variables with attributes and named dimensions, opened: NetCDF and what is like it.
class CfFile {
 public:
  virtual ~CfFile() = default;
  [[nodiscard]] virtual const std::string& path() const noexcept = 0;
  [[nodiscard]] virtual const std::vector<CfVariable>& variables() const noexcept = 0;
  /// All numbers of a small variable, in C order. Throws Error(Fault::mistake).
  [[nodiscard]] virtual std::vector<double> numbers(const CfVariable&) = 0;
  /// All texts of a short variable along its first dimension, which is the only one, or has another of characters behind it; empty when
  /// it holds none. Throws as `numbers`.
  [[nodiscard]] virtual std::vector<std::string> texts(const CfVariable&) { return {}; }
  [[nodiscard]] const CfVariable* find(std::string_view name) const;
};

/// An array of stored numbers that is kept in chunks of any number of dimensions. May be read by several threads.
class StoredArray {
 public:
  virtual ~StoredArray() = default;
  /// Sizes of a chunk along each dimension; those at the ends reach beyond the data.
  [[nodiscard]] virtual const std::vector<Index>& chunk() const noexcept = 0;
  /// Reads the chunk at place * chunk() into `out`, which has the size of a whole chunk: stored numbers in C order and in the byte
  /// order of the machine; those beyond the data are not set. Returns the compressed bytes read. Throws Error: Fault::data or
  /// Fault::system.
  virtual std::size_t read(std::span<const Index> place, std::span<std::byte> out) = 0;
  /// Begins to read it, where that is to read and inflate one stream (Source::fetch_chunk).
  [[nodiscard]] virtual std::unique_ptr<FetchedChunk> fetch(std::span<const Index> /*place*/, std::span<std::byte> /*out*/) {
    return nullptr;
  }
};

/// The chunk in which an array is read that has none of its own: whole rows of the last two dimensions, and as many steps of the
/// dimensions before as make a mebibyte.
[[nodiscard]] std::vector<Index> chunk_of_contiguous(std::span<const Index> shape, std::size_t element);

/// One at a time may call the HDF5 library, also through libnetcdf: neither is safe for threads.
[[nodiscard]] std::mutex& hdf5_library();

}  // namespace terroir
