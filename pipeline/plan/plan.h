#pragma once

#include "pipeline/plan/warp.h"
#include "pipeline/ports/rechunk.h"
#include "pipeline/ports/source.h"
#include "pipeline/recipe/recipe.h"
#include "tiling/tile_grid.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// Places in the plan's tables.
using LayerId = std::size_t;
using OpId = std::size_t;

/// No such entry: a static layer's axis, the producer of an input layer.
inline constexpr std::size_t no_entry = static_cast<std::size_t>(-1);

/// A file that the run reads.
struct PlannedFile {
  std::string path;  ///< where it is opened
  std::string name;  ///< relative to its binding: what is hashed and shown
  Fingerprint fingerprint;
  Grid grid;
  ChunkShape chunk;  ///< as the run reads it
  bool interleaved = false;
  std::vector<SampleType> types;     ///< of the stored numbers of each band
  std::optional<Rechunk> rechunk{};  ///< of a file whose chunks are laid out anew in scratch; `chunk` is then the shape there
  std::string polygons = {};         ///< of a file of polygons: how many of which layer, and how they come into the grid's CRS
  std::size_t held_bytes = 0;        ///< that they take in memory
  std::size_t loading_bytes = 0;     ///< that the largest of them takes while it is read
  std::size_t scratch = 0;           ///< bytes that a thread takes to decode a chunk, where they are more than the chunk
  bool by_gdal = false;              ///< whether GDAL reads it, or its header

  /// Bytes of one band of a chunk.
  [[nodiscard]] std::size_t chunk_bytes(int band) const {
    return static_cast<std::size_t>(chunk.area()) * sample_bytes(types[static_cast<std::size_t>(band)]);
  }
};

/// Where the pixels of an input layer at one time come from: files in order of their names, the first valid pixel counts.
struct FilePart {
  std::size_t file = 0;
  int band = 0;
  Index time = 0;
  Window placed;             ///< the file's pixels on the layer's lattice
  std::size_t decoding = 0;  ///< place in InputLayer::decodings
};

/// A layer of an input. `steps[t]` are the files of time step t; empty where a date has no file (on_error: nodata).
struct InputLayer {
  LayerId layer = 0;
  std::string input;
  std::vector<Decoding> decodings;
  OnError on_error = OnError::fail;
  std::vector<std::vector<FilePart>> steps;
};

/// A named two- or three-dimensional variable between an input and an output.
struct PlannedLayer {
  LayerInfo info;        ///< info.name is the name inside its step or input
  std::string step;      ///< the step or input that yields it
  std::string variable;  ///< its name in an output: "median_N", "slope"
  std::size_t lattice = 0;
  Window extent;  ///< where it can have data, on its lattice
  std::size_t axis = no_entry;
  OpId producer = no_entry;  ///< none: an input layer
  bool periodic = false;     ///< a process wraps it at the date line: its columns go on beyond the extent, modulo its width
};

/// How a lattice lies in another of the same CRS: source = offset + scale * destination, corner-based pixels.
struct LatticeMap {
  double row_scale = 1, row_offset = 0, col_scale = 1, col_offset = 0;
  Index period = 0;                              ///< columns of a source that goes once around the globe, where that matters; else 0
  double first_latitude = 0, latitude_step = 0;  ///< of a geographic source: degrees at its row 0, and for each row
  /// Of a source whose rows are uneven: the edges of these, ascending from the first one, in the unit of row positions.
  std::vector<double> row_edges = {};
  /// A destination pixel at the source's begin, and the offsets from there: what kernels count from, for it is the same pixel with the same
  /// offset, to the last bit, wherever the destination is cut.
  Index first_row = 0, first_col = 0;
  double first_row_offset = 0, first_col_offset = 0;

  /// Source rows that destination rows touch: [first, end).
  [[nodiscard]] std::pair<Index, Index> uneven_rows(Index row, Index row_end) const;
};

/// One call of a kernel on every block: a step applied to one layer (Take::each), or to several (Take::bands).
struct Op {
  std::string step;
  std::shared_ptr<const BoundKernel> kernel;
  std::vector<LayerId> in, out;
  Scope scope = Scope::local;
  TimeUse time_use = TimeUse::pointwise;
  Halo halo;
  Boundary boundary = Boundary::nodata;
  std::optional<LatticeMap> map;               ///< of a resample: input lattice as seen from the output's
  std::size_t fit = no_entry;                  ///< of a global process: the number of its fitted state
  std::shared_ptr<const Warp> warp = nullptr;  ///< of a resample across CRSs or across the date line, instead of `map`

  [[nodiscard]] bool regrids() const noexcept { return map.has_value() || warp != nullptr; }
};

/// One sweep over the tiles of one window of one lattice.
struct Pass {
  std::size_t lattice = 0;
  Window window;
  Shape chunk, shard;
  TileGrid tiles;
  std::vector<OpId> ops;   ///< what is computed, producers first
  std::vector<OpId> fits;  ///< global processes whose state this pass observes (their inputs are computed, they are not run)
  /// Static layers whose pixels a rank keeps, while memory allows, for later passes over the same chunks; and those that an earlier
  /// pass may have kept, so that all before them need not be computed again (`shortened`).
  std::vector<LayerId> keeps, kept;
  std::vector<LayerId> given;        ///< layers that have passes of their own (`coarse_pass`), or were kept (of a shortened pass)
  std::vector<std::size_t> outputs;  ///< outputs that this pass writes
  Shape block;                       ///< what is computed at once: a part of a chunk, or whole chunks of a tile
  std::vector<Index> slab;           ///< time steps of each axis that are in memory at once
  double recompute = 1;              ///< pixels that steps work on over pixels kept
  double read_amplification = 1;     ///< input chunk decodings over input chunks needed; of what is rechunked, on a node
  std::size_t input_bytes = 0;       ///< decoded bytes of the input chunks needed

  /// What a thread takes at once: a chunk, or those that a larger block lies over.
  [[nodiscard]] Shape piece() const noexcept { return {std::max(block.rows, chunk.rows), std::max(block.cols, chunk.cols)}; }
  /// Pieces of a tile that are computed before the first of them has been written, by so many threads: chunks are written row by row, so
  /// those of a piece of several rows wait for its neighbours.
  [[nodiscard]] Index pieces_ahead(Index threads) const noexcept {
    return threads + 1 + (piece().rows > chunk.rows ? ceil_div(shard.cols, piece().cols) - 1 : 0);
  }
};

/// One stored array: a layer, or the features of a stacked output.
struct ArrayPlan {
  std::string name;
  std::vector<LayerId> layers;
  std::vector<std::string> features;  ///< names of the layers in the output; of a stacked array its coordinate
  bool stacked = false;
  std::size_t axis = no_entry;
  Index times = 1;  ///< 1 for a static array
  Index time_chunk = 1;
  EncodingSpec encoding;
};

/// One output folder or file. Chunk and shard are spatial; a chunk holds all features and `time_chunk` times, a shard holds all times.
struct OutputPlan {
  std::string name, path, path_text;
  Format format = Format::zarr;
  int zarr_format = 3;
  Layout layout = Layout::variables;
  CodecSpec codec;
  std::size_t lattice = 0;
  Window window;  ///< what is written, on the lattice
  Grid grid;      ///< of that window
  Shape chunk, shard;
  std::vector<ArrayPlan> arrays;

  /// Tiles of the window, one shard each: the tile (row, col) of an array holds its chunks (row * shard / chunk + i, ...).
  [[nodiscard]] TileGrid tiles() const { return {Window{0, 0, window.rows, window.cols}, shard}; }
  /// Whether the path is a file's: one file holds all arrays. Else it is a folder's.
  [[nodiscard]] bool is_one_file() const noexcept;
  /// What chunks are compressed with while the run computes. GDAL encodes a GeoTIFF anew, so its chunks only have to be small quickly.
  [[nodiscard]] CodecSpec chunk_codec() const { return format == Format::geotiff ? CodecSpec{} : codec; }
};

/// One term of the projected memory of a rank.
struct MemoryTerm {
  std::string name;
  std::size_t bytes = 0;
};

/// Where a node's ranks may lay out chunks anew.
struct Scratch {
  std::string folder{};
  std::optional<std::uint64_t> free{};  ///< bytes; nothing: not known, and taken for enough
  bool in_memory = false;               ///< it is no disk
  bool allowed = true;                  ///< false: everything is read as it is stored (tests)
};

/// What a run may take and how it is split; shapes of stored data never depend on it.
struct Resources {
  std::size_t memory = 0;  ///< bytes allowed for each rank
  int threads = 1;         ///< compute threads of each rank
  int ranks = 1;
  std::optional<Shape> block;  ///< forces the compute block (tests)
  Scratch scratch{};
};

/// What the plan does about halos that cost more than what is kept. It does less when memory is short.
struct HaloRemedies {
  bool larger_blocks = true, own_passes = true;
};

/// All that a run does, as a value: it can be printed, compared and refused.
struct Plan {
  std::string recipe_file, name;
  Value canonical;             ///< the recipe with its defaults
  std::string hash;            ///< SHA-256 of canonical recipe, program version and fingerprints
  std::vector<Grid> lattices;  ///< lattice 0 is the recipe's grid; positions on a lattice are relative to its grid's first pixel
  std::vector<TimeAxis> axes;
  std::vector<PlannedFile> files;
  std::vector<PlannedLayer> layers;
  std::vector<InputLayer> inputs;
  std::vector<Op> ops;
  std::size_t fit_count = 0;
  std::vector<Pass> passes;
  /// Of layers that passes on their grid read with wide neighbourhoods: each computes its layer, `keeps[0]`, once, chunk by chunk when one
  /// is wanted, and writes nothing. Those that another one reads come before it.
  std::vector<Pass> own_passes;
  HaloRemedies halos;
  std::vector<OutputPlan> outputs;
  Resources resources;
  std::vector<MemoryTerm> memory;  ///< of one rank
  std::size_t kept_bytes = 0;      ///< of results kept between passes, part of `memory`
  std::size_t cache_bytes = 0;     ///< of decoded input chunks, part of `memory`
  bool deals = false;              ///< whether neighbouring tiles go to ranks in turn: they share no input chunk and no file of parts

  [[nodiscard]] std::size_t projected_memory() const noexcept {
    std::size_t sum = 0;
    for (const auto& term : memory) sum += term.bytes;
    return sum;
  }
};

/// A plan, or every reason why there is none; warnings come with either.
struct Compiled {
  std::optional<Plan> plan;
  std::vector<std::shared_ptr<Source>> sources;  ///< by file of the plan: opened already, so that a run need not open them again
  std::vector<std::string> files;                ///< paths of all that are read, also without a plan
  bool over_budget = false;                      ///< the projected memory is the only thing that is wrong
  std::vector<Diagnostic> diagnostics;
};

/// Opens the headers of all inputs and compiles the recipe. Mistakes that headers can tell (a missing file, mixed grids, an unknown
/// band, a date without a band) are diagnostics, all at once; a projected memory above `resources.memory` is one as well.
class CrsReader;
class UnitConverter;
[[nodiscard]] Compiled compile(const Recipe&, SourceOpener&, CrsReader&, UnitConverter&, const Resources&);

/// Finds the mistakes that headers and polygons can tell of a recipe whose text has mistakes (`ParsedRecipe::rest`): of what is whole of
/// it. Throws Error(Fault::system) where storage does not answer.
void look_through(const Recipe& rest, SourceOpener&, CrsReader&, UnitConverter&, const Resources&, Compiled& found);

/// "512 x 512 pixels of 30 x 30, EPSG:32632".
[[nodiscard]] std::string grid_text(const Grid&);
/// The plan as a person reads it.
[[nodiscard]] std::string explain(const Plan&);
/// The plan as JSON, for programs.
[[nodiscard]] std::string explain_json(const Plan&);

}  // namespace terroir
