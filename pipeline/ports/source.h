#pragma once

#include "pipeline/codecs/inflate.h"
#include "pipeline/ports/sample_type.h"
#include "tiling/grid.h"
#include "tiling/time_axis.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// What a file says of one of its bands.
struct BandFacts {
  std::string description;  ///< may be empty
  std::string dtype;        ///< "uint8", "int16", "float32", "float64"...
  std::string unit;
  std::optional<double> nodata;
  double scale = 1, offset = 0;
  bool masked = false;                               ///< a mask band or an alpha band says which pixels are valid
  std::optional<double> missing{};                   ///< a second nodata value
  std::optional<std::pair<double, double>> valid{};  ///< stored numbers outside [lowest, highest] are nodata as well
  std::string standard_name{}, cell_methods{};       ///< CF
  std::string label{};                               ///< its name among the bands of its variable, when these have names
  friend bool operator==(const BandFacts&, const BandFacts&) = default;
};

/// How stored numbers become pixels: nodata -> NaN, bits [lo, hi] extracted, then value * scale + offset in double, rounded to float32.
/// A categorical band is neither scaled nor offset.
struct Decoding {
  std::optional<double> nodata;
  double scale = 1, offset = 0;
  std::optional<std::pair<int, int>> bits;
  bool categorical = false;
  std::optional<double> missing{};                   ///< a second nodata value
  std::optional<std::pair<double, double>> valid{};  ///< stored numbers outside [lowest, highest] are nodata as well
  friend bool operator==(const Decoding&, const Decoding&) = default;
};

/// What tells one content of a file from another without reading all of it.
struct Fingerprint {
  std::uint64_t size = 0;
  std::uint32_t head_crc32c = 0, tail_crc32c = 0;  ///< of the first and last 64 KiB
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// Times, rows and columns of a chunk of storage.
struct ChunkShape {
  Index times = 1;
  Shape shape;
  [[nodiscard]] Index area() const noexcept { return times * shape.area(); }
  friend bool operator==(const ChunkShape&, const ChunkShape&) = default;
};

/// Which chunk of a source: at (time * chunk.times, row * chunk.rows, col * chunk.cols).
struct ChunkPlace {
  Index time = 0, row = 0, col = 0;
  friend bool operator==(const ChunkPlace&, const ChunkPlace&) = default;
};

/// All that a source tells of itself.
struct SourceFacts {
  std::string path;
  Grid grid;
  TimeAxis times;
  std::vector<BandFacts> bands;
  std::vector<SampleType> types;
  ChunkShape chunk;
  bool interleaved = false;
  std::size_t scratch = 0;
  Fingerprint fingerprint;
  bool by_gdal = false;
};

/// What a read took from the storage.
struct ReadCost {
  std::size_t bytes = 0;    ///< as they are stored, compressed
  std::size_t chunks = 0;   ///< of the storage, decoded
  std::size_t decoded = 0;  ///< bytes of these
};

/// A chunk whose stored bytes are here and hold its numbers in one zlib stream. Who reads several has two inflated at once.
class FetchedChunk {
 public:
  virtual ~FetchedChunk() = default;
  /// What has to be inflated before `finish`.
  [[nodiscard]] virtual ZlibStream stream() const noexcept = 0;
  /// Makes the stored numbers. Throws Error(Fault::data).
  virtual void finish() = 0;
};

/// Chunks with more bytes than this are read one at a time, so that memory does not go to those beside them.
constexpr std::size_t largest_of_two = std::size_t{4} << 20;

/// One opened data set (a file), north-up: rows of a south-up file are counted from its northern end; those of curvilinear cells as stored.
/// Reading is cut along the storage's own chunks, so that each is read once. All functions may be called from several threads.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual const std::string& path() const noexcept = 0;
  [[nodiscard]] virtual const Grid& grid() const noexcept = 0;
  [[nodiscard]] virtual const TimeAxis& times() const noexcept = 0;
  [[nodiscard]] virtual const std::vector<BandFacts>& bands() const noexcept = 0;
  /// The shape of a chunk; those at the right and bottom edge and at the end of time reach beyond the data.
  [[nodiscard]] virtual ChunkShape chunk() const noexcept = 0;
  /// Whether the storage keeps all bands of a chunk together, so that reading them in one call costs one decoding.
  [[nodiscard]] virtual bool interleaved() const noexcept = 0;
  [[nodiscard]] virtual Fingerprint fingerprint() const = 0;
  /// Type of the numbers that `read_chunk` gives of a band (from 0): the file's own; of a masked band a floating type that holds them,
  /// with NaN where the mask hides them.
  [[nodiscard]] virtual SampleType stored_type(int band) const noexcept = 0;
  /// Bytes that a thread takes, beside those of the chunk, to decode one, and keeps for the next; 0: at most as many as the chunk has.
  [[nodiscard]] virtual std::size_t scratch_bytes() const noexcept { return 0; }
  /// Whether GDAL takes part, which needs memory of its own in the process.
  [[nodiscard]] virtual bool by_gdal() const noexcept { return false; }
  /// Whether SourceOpener::reopen makes this source from its facts.
  [[nodiscard]] virtual bool reopens() const noexcept { return false; }

  /// Reads one chunk of some bands (numbered from 0): the stored numbers of band i go to `out[i]`, [time][row][col] of chunk(), aligned
  /// for their type. Those beyond the data are not set. Returns the compressed bytes read.
  /// Throws Error: Fault::data when the bytes cannot be decoded, Fault::system when they cannot be read.
  virtual std::size_t read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) = 0;

  /// The same, and what it cost. A source through which another one is read tells of that one's chunks.
  virtual ReadCost read_counted(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) {
    return cost_of_one(bands, read_chunk(bands, place, out));
  }

  /// Begins to do what `read_chunk` does, where that is to read and inflate one stream; `out` is what it says until `finish`. Nothing
  /// where it is more, or less: then `read_chunk` has to do all of it. Throws as that.
  [[nodiscard]] virtual std::unique_ptr<FetchedChunk> fetch_chunk(std::span<const int> /*bands*/, const ChunkPlace& /*place*/,
                                                                  std::span<std::byte* const> /*out*/) {
    return nullptr;
  }

  /// What it costs to read one chunk of its own, of so many compressed bytes.
  [[nodiscard]] ReadCost cost_of_one(std::span<const int> bands, std::size_t bytes) const {
    ReadCost cost{bytes, 1, 0};
    for (const int band : bands) cost.decoded += static_cast<std::size_t>(chunk().area()) * sample_bytes(stored_type(band));
    return cost;
  }
};

/// Which part of a file that holds several variables a source is.
struct SourcePart {
  std::string variable;         ///< empty: the file has bands, or is all one variable
  std::optional<double> level;  ///< of a variable with a vertical dimension: the value of its coordinate
  friend bool operator==(const SourcePart&, const SourcePart&) = default;
};

class VectorFile;

/// Opens data sets: headers only. Implementations try the direct readers first, then GDAL.
class SourceOpener {
 public:
  virtual ~SourceOpener() = default;
  /// The variables of a file, in the file's order; empty for a file of bands (GeoTIFF). Each is a source of one band, or of several with
  /// labels where it has a dimension of names (features).
  /// Throws Error: Fault::mistake when there is no such file or no reader knows it (the text says why and what to do).
  virtual std::vector<std::string> variables(const std::string& path) = 0;
  /// Throws as `variables`, and for rotated grids and parts that are not there.
  virtual std::unique_ptr<Source> open(const std::string& path, const SourcePart& part) = 0;
  [[nodiscard]] std::unique_ptr<Source> open(const std::string& path) { return open(path, {}); }
  /// The source of a file whose header this process does not read, where another one has found these facts and its source `reopens`. The
  /// fingerprint is that of the file here. Throws as `variables`.
  virtual std::unique_ptr<Source> reopen(SourceFacts facts) { return open(facts.path, {}); }
  /// Opens a file of features. Throws Error(Fault::mistake) as `variables`, and for a file of pixels.
  virtual std::unique_ptr<VectorFile> vectors(const std::string& path);
  /// Files that match a pattern with * and ? (in any part of the path), sorted by name; empty when none does.
  virtual std::vector<std::string> glob(const std::string& pattern) = 0;
};

}  // namespace terroir
