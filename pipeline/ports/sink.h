#pragma once

#include "tiling/bytes.h"
#include "tiling/window.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace terroir {

/// One stored object of a finished tile. `bytes` 0: all its pixels are nodata and it was not written.
struct ObjectRecord {
  std::string key;
  std::uint64_t bytes = 0;
  std::uint32_t crc32c = 0;
  std::uint32_t output = 0;  ///< of the plan; set by who runs the sink
  friend bool operator==(const ObjectRecord&, const ObjectRecord&) = default;
};

/// Takes the encoded chunks of one tile of one array, in row order (time chunk by time chunk within one place), and closes its objects.
class TileWriter {
 public:
  virtual ~TileWriter() = default;
  /// `row`, `col`: the chunk's place in the tile; `encoded` empty: all nodata.
  virtual void append(Index time_chunk, Index row, Index col, std::span<const std::byte> encoded) = 0;
  [[nodiscard]] virtual std::vector<ObjectRecord> close() = 0;
};

/// What became of a chunk's pixels when they were encoded.
struct EncodeCounts {
  std::uint64_t unfit = 0;  ///< valid pixels that the stored type cannot hold; they became nodata
};

/// Statistics of a written layer, as kernels/moments.h keeps them: count, mean, sum of squared deviations, minimum, maximum.
using LayerStatistics = std::array<double, 5>;

/// Gives a sink the objects of its finished tiles back, whichever rank has written them.
class PartReader {
 public:
  virtual ~PartReader() = default;
  /// The only object of a tile (numbered along the rows) of an array; empty when all its pixels are nodata. Stays until the next one is
  /// read. Throws Error, Fault::interrupted when the job has failed meanwhile.
  [[nodiscard]] virtual std::span<const std::byte> read(std::size_t array, Index tile) = 0;
};

/// Of an output whose objects are not read again.
class NoParts final : public PartReader {
 public:
  [[nodiscard]] std::span<const std::byte> read(std::size_t, Index) override { return {}; }
};

/// Where the objects of tiles stand that are parts of a file yet to be made.
inline constexpr const char* parts_prefix = "__terroir/parts/";

/// One output being written chunk by chunk; arrays are numbered as in the output's plan.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Encodes one chunk, [feature][time][row][col] of the array's full chunk shape, nodata NaN, into `out` (cleared first; left empty
  /// when all is nodata). `scratch` is reused between calls. May be called from several threads.
  virtual void encode(std::size_t array, std::span<const float> pixels, Bytes& out, std::vector<std::byte>& scratch,
                      EncodeCounts& counts) const = 0;
  /// Starts the objects of the tile at a place of the array's tile grid.
  [[nodiscard]] virtual std::unique_ptr<TileWriter> open_tile(std::size_t array, Index tile_row, Index tile_col) = 0;
  /// Keys of the objects that a tile consists of (written or empty), in the order of TileWriter::close.
  [[nodiscard]] virtual std::vector<std::string> tile_keys(std::size_t array, Index tile_row, Index tile_col) const = 0;
  /// The object without which no reader takes the folder for a data set; written last, removed first.
  [[nodiscard]] virtual std::string root_key() const = 0;
  /// First parts of the keys of all objects that this output consists of ("zarr.json", "x", "slope"); what else lies in its folder is
  /// foreign. Empty: not known.
  [[nodiscard]] virtual std::vector<std::string> names() const { return {}; }
  /// Whether the objects of tiles are parts (their keys start with `parts_prefix`) that `publish` makes files of, after which nobody
  /// needs them any more.
  [[nodiscard]] virtual bool makes_files() const { return false; }
  /// The parts of a tile (numbered along the rows) stand. A sink that makes files is told so of each tile once, in one order
  /// whatever the number of ranks, by the thread that publishes later, while other tiles are being computed: what it does now need not be
  /// done at the end.
  virtual void take(Index /*tile*/, PartReader& /*parts*/) {}
  /// Writes coordinates and metadata, the root document last, or the file that takes the place of parts. `statistics[array][i]` are those
  /// of layer i of the array. Returns what it has written.
  virtual std::vector<ObjectRecord> publish(const std::vector<std::vector<LayerStatistics>>& statistics, PartReader& parts) = 0;
};

}  // namespace terroir
