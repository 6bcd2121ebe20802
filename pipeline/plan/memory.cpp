#include "pipeline/plan/memory.h"

#include "kernels/moments.h"
#include "pipeline/codecs/compression.h"
#include "pipeline/codecs/pixel_encoding.h"
#include "pipeline/plan/cell_operation.h"
#include "pipeline/plan/coarse.h"
#include "pipeline/plan/passes.h"
#include "pipeline/plan/program.h"
#include "pipeline/plan/reading.h"
#include "pipeline/plan/rechunk.h"
#include "pipeline/plan/walking.h"
#include "pipeline/vector/burn.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

namespace terroir {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
/// Code and tables of the program and its libraries (PROJ with its database, HDF5, MPI with its buffers), measured as the resident peak
/// of runs that read a file of one tile; and of GDAL, which is loaded when it is needed, with the cache that its adapter sets.
constexpr std::size_t reserved = 48 * mebibyte, gdal = (16 + 32) * mebibyte;
/// What libcurl and TLS take, and byte ranges on their way: GDAL copies each twice. Measured, with the cache that the GDAL adapter sets.
constexpr std::size_t network = 24 * mebibyte;
/// A share of memory that is worth a second reading: more would crowd out other ranks' page cache.
constexpr std::size_t kept_limit = 160 * mebibyte;
/// The writer's buffer of one open object; a place in a shard's index; what is known of an object that is one chunk, with its key, twice.
constexpr std::size_t object_buffer = mebibyte, index_entry = 16, chunk_record = 512;

/// The largest buffer of stored numbers: a chunk of one band, or of all bands in use where a file keeps them together.
std::size_t input_chunk(const Plan& plan) {
  std::map<std::size_t, std::set<int>> bands;  // of each file
  for (const auto& input : plan.inputs)
    for (const auto& step : input.steps)
      for (const auto& part : step) bands[part.file].insert(part.band);
  std::size_t largest = 0;
  for (const auto& [file, used] : bands) {
    std::size_t together = 0;
    for (const int band : used) {
      const std::size_t bytes = plan.files[file].chunk_bytes(band);
      together = plan.files[file].interleaved ? together + bytes : std::max(together, bytes);
    }
    largest = std::max(largest, together);
  }
  return largest;
}

/// What a thread takes to decode chunks, beside the one that it was asked for: room for the bytes as they are stored and on their way; of
/// small chunks, which it decodes two at a time, for both, and for the other chunk.
std::size_t decoding_bytes(const Plan& plan) {
  const std::size_t chunk = input_chunk(plan), small = std::min(chunk, largest_of_two);
  std::size_t scratch = 0;
  for (const auto& file : plan.files) scratch = std::max(scratch, file.scratch);
  const std::size_t of_small = std::max(2 * small, std::min(scratch, 3 * small));
  return std::max({2 * chunk, scratch, 2 * of_small + small});
}

std::size_t chunk_bytes(const OutputPlan& output, const ArrayPlan& array) {
  return static_cast<std::size_t>(output.chunk.area() * array.time_chunk) * array.layers.size() * sizeof(float);
}

/// The largest value of a figure over all passes.
template <class F>
std::size_t worst(const Plan& plan, const F& figure) {
  std::size_t most = 0;
  for (const Pass& pass : plan.passes) most = std::max(most, figure(pass));
  return most;
}

/// Control points of warps, for each lattice and extent that one comes from.
std::size_t warp_bytes(const Plan& plan) {
  std::set<const Warp*> warps;
  for (const Op& op : plan.ops)
    if (op.warp) warps.insert(op.warp.get());
  std::size_t bytes = 0;
  for (const Warp* warp : warps) bytes += warp->budget();
  return bytes;
}

/// Positions of the cells of grids that are not affine.
std::size_t places_bytes(const Plan& plan) {
  std::size_t bytes = 0;
  for (const Grid& grid : plan.lattices)
    if (grid.cells()) bytes += cell_bytes(*grid.cells());
  return bytes;
}

/// Edges of polygons, and what it takes to read the largest of them, or each thread to make pixels of them.
std::size_t polygon_bytes(const Plan& plan) {
  std::size_t held = 0, scratch = 0, loading = 0;
  for (const PlannedFile& file : plan.files) {
    held += file.held_bytes;
    loading = std::max(loading, file.loading_bytes);
    if (file.held_bytes > 0) scratch = std::max(scratch, burn_scratch(file.chunk.shape));
  }
  return held + std::max(loading, (static_cast<std::size_t>(plan.resources.threads) + 1) * scratch);
}

/// Whether GDAL reads a file or its header, opens polygons or writes GeoTIFFs.
bool needs_gdal(const Plan& plan) {
  return std::any_of(plan.files.begin(), plan.files.end(), [](const PlannedFile& f) { return f.by_gdal || !f.polygons.empty(); }) ||
         std::any_of(plan.outputs.begin(), plan.outputs.end(), [](const auto& o) { return o.format == Format::geotiff; });
}

std::size_t block_bytes(const Plan& plan, const Pass& pass) {
  if (warps(plan, pass)) return block_limit(plan, pass, make_program(plan, pass));
  const Window block{pass.window.row, pass.window.col, pass.block.rows, pass.block.cols};
  // Windows on another lattice vary by a row and a column from block to block.
  return block_memory(plan, pass, make_program(plan, pass), block).total() * 17 / 16;
}

/// Of a pass of which some chunks may have been kept, and others not, a thread that has met both holds the blocks of both ways: the bytes
/// of those that start from what was kept.
std::size_t shortened_blocks(const Plan& plan, const Pass& pass) {
  return pass.kept.empty() ? 0 : block_bytes(plan, shortened(plan, pass));
}

/// What a thread takes to compute chunks of all layers that a pass reads from their own passes, one for another, and the cache beyond its
/// bounds: a chunk that is being made for each of them, and two that it has just left behind.
std::size_t own_blocks(const Plan& plan, const Pass& pass) {
  std::size_t bytes = 0, largest = 0;
  for (const LayerId id : coarse_layers(plan, pass)) {
    const Pass own = coarse_pass(plan, id);
    const std::size_t chunk = static_cast<std::size_t>(own.chunk.area()) * sizeof(float);
    bytes += block_bytes(plan, own) + chunk;
    largest = std::max(largest, chunk);
  }
  return bytes + 2 * largest;
}

std::size_t chunk_buffers(const Plan& plan, const Pass& pass) {
  std::size_t bytes = 0;
  if (pass.piece() != pass.chunk) bytes += targets_of(plan, pass).size() * static_cast<std::size_t>(pass.piece().area()) * sizeof(float);
  for (const std::size_t o : pass.outputs)
    for (const auto& array : plan.outputs[o].arrays)
      bytes += static_cast<std::size_t>(held_time_chunks(pass, array)) * chunk_bytes(plan.outputs[o], array);
  for (const OpId fit : pass.fits) {
    const LayerId in = plan.ops[fit].in[0];
    bytes += static_cast<std::size_t>(pass.chunk.area() * block_times(plan, pass, in)) * sizeof(float);
  }
  for (const LayerId id : pass.keeps) {
    const bool observed = std::any_of(pass.fits.begin(), pass.fits.end(), [&](OpId fit) { return plan.ops[fit].in[0] == id; });
    if (!observed) bytes += static_cast<std::size_t>(pass.chunk.area()) * sizeof(float);
  }
  return bytes;
}

/// Bytes of a chunk as it is stored, and the codec for it.
std::size_t stored_bytes(const OutputPlan& output, const ArrayPlan& array) {
  const auto type = stored_type(array.encoding.dtype);
  return chunk_bytes(output, array) / sizeof(float) * (type ? size_of(*type) : sizeof(double));
}
Compression codec_of(const OutputPlan& output, const ArrayPlan& array) {
  const auto type = stored_type(array.encoding.dtype);
  return compression_of(output.chunk_codec(), type ? size_of(*type) : sizeof(double));
}

/// What encoding one chunk takes, beside the bytes that it becomes: its stored numbers, the same shuffled, and the codec's own memory.
std::size_t encoding_bytes(const Plan& plan, const Pass& pass) {
  std::size_t scratch = 0, context = 0;
  for (const std::size_t o : pass.outputs)
    for (const auto& array : plan.outputs[o].arrays) {
      const std::size_t bytes = stored_bytes(plan.outputs[o], array);
      const Compression codec = codec_of(plan.outputs[o], array);
      scratch = std::max(scratch, 2 * bytes);
      context = std::max(context, context_bytes(codec, bytes));
    }
  return scratch + context;
}

/// Encoded chunks, of all arrays and times, of the pieces that may be waiting.
std::size_t waiting_bytes(const Plan& plan, const Pass& pass) {
  std::size_t encoded = 0;
  for (const std::size_t o : pass.outputs)
    for (const auto& array : plan.outputs[o].arrays)
      encoded += static_cast<std::size_t>(ceil_div(array.times, array.time_chunk)) *
                 compressed_bound(codec_of(plan.outputs[o], array), stored_bytes(plan.outputs[o], array));
  const Shape piece = pass.piece();
  const Index chunks = piece.rows / pass.chunk.rows * (piece.cols / pass.chunk.cols);
  return static_cast<std::size_t>(pass.pieces_ahead(plan.resources.threads) * chunks) * encoded;
}

/// Chunks of a tile at one time: of a whole shard, or those that the grid has.
std::size_t tile_chunks(const OutputPlan& output) {
  Shape tile = output.shard;
  if (output.zarr_format == 2) tile = {std::min(tile.rows, output.window.rows), std::min(tile.cols, output.window.cols)};
  return static_cast<std::size_t>(ceil_div(tile.rows, output.chunk.rows) * ceil_div(tile.cols, output.chunk.cols));
}

std::size_t open_objects(const Plan& plan, const Pass& pass) {
  std::size_t bytes = 0;
  for (const std::size_t o : pass.outputs) {
    const OutputPlan& output = plan.outputs[o];
    const std::size_t places = tile_chunks(output) * (output.zarr_format == 2 ? chunk_record : index_entry);
    for (const auto& array : output.arrays)
      bytes += object_buffer + places * static_cast<std::size_t>(ceil_div(array.times, array.time_chunk));
  }
  return bytes;
}

/// The journal's line of each tile; and of each chunk of the tile in hand what it adds to fits and statistics, which are merged at its end.
std::size_t bookkeeping(const Plan& plan, const Pass& pass) {
  std::size_t layers = 0;
  for (const std::size_t o : pass.outputs)
    for (const auto& array : plan.outputs[o].arrays) layers += array.layers.size();
  constexpr std::size_t result = 192, fit = 128, statistics = moments::size * sizeof(double);
  const Index rows = std::min(pass.shard.rows, pass.window.rows), cols = std::min(pass.shard.cols, pass.window.cols);
  const auto chunks = static_cast<std::size_t>(ceil_div(rows, pass.chunk.rows) * ceil_div(cols, pass.chunk.cols));
  return static_cast<std::size_t>(pass.tiles.size()) * (1024 + 64 * (pass.fits.size() + 8 * pass.outputs.size())) +
         chunks * (result + statistics * layers + fit * pass.fits.size());
}

/// What making files of parts takes: the part in hand, the next one, and on the rank that sends it a copy in messages; then what
/// HDF5 keeps of each file, for all are open at once, or GDAL beside its cache (measured, as above).
std::size_t publishing_bytes(const Plan& plan) {
  constexpr std::size_t hdf5 = 16 * mebibyte, geotiff = 40 * mebibyte;
  std::size_t most = 0, libraries = 0;
  bool writes_geotiffs = false;
  for (const auto& output : plan.outputs) {
    if (output.format == Format::zarr) continue;
    libraries += output.format == Format::netcdf ? hdf5 : 0;
    writes_geotiffs = writes_geotiffs || output.format == Format::geotiff;
    std::size_t rows = 0;
    if (output.format == Format::geotiff) {
      // Overviews are made from rows of tiles of 512 pixels, as doubles. Each thread has a few such tiles on their way.
      constexpr std::size_t tile = 512 * 512 * sizeof(double);
      rows = static_cast<std::size_t>(output.window.cols) * 512 * 2 * sizeof(double);
      if (plan.resources.threads > 1) rows += static_cast<std::size_t>(plan.resources.threads) * 4 * tile;
    }
    const auto chunks = static_cast<std::size_t>(output.shard.area() / output.chunk.area());
    for (const auto& array : output.arrays) {
      const auto times = static_cast<std::size_t>(ceil_div(array.times, array.time_chunk));
      const std::size_t chunk = compressed_bound(codec_of(output, array), stored_bytes(output, array));
      most = std::max(most, rows + 3 * chunks * times * chunk + 4 * stored_bytes(output, array));
    }
  }
  return most + libraries + (writes_geotiffs ? geotiff : 0);
}

Window tile_window(const Pass& pass) { return {pass.window.row, pass.window.col, pass.shard.rows, pass.shard.cols}; }

/// What a rank computes in a pass that later passes can use again.
std::size_t kept_results(const Plan& plan) {
  return worst(plan, [&](const Pass& p) {
    const auto pixels = static_cast<std::size_t>(ceil_div(p.tiles.size(), plan.resources.ranks) * p.shard.area());
    return pixels * p.keeps.size() * sizeof(float);
  });
}

/// A place in the middle of the pass, where windows are not cut off by the edge.
Window middle(const Pass& pass, Shape shape) {
  const Index row = pass.window.row + (pass.window.rows / 2) / shape.rows * shape.rows;
  const Index col = pass.window.col + (pass.window.cols / 2) / shape.cols * shape.cols;
  return {row, col, shape.rows, shape.cols};
}

/// What must be held so that nothing is decoded twice for a piece of output. From scratch chunks are soon read again: of them those under
/// a row of blocks.
std::size_t least_input(const Plan& plan, const Pass& pass) {
  const Window piece = middle(pass, pass.piece()), row{piece.row, piece.col, pass.block.rows, piece.cols};
  return input_footprint(plan, pass, piece, From::storage) +
         static_cast<std::size_t>(plan.resources.threads) * input_footprint(plan, pass, row, From::scratch);
}

}  // namespace

void project_memory(Plan& plan) {
  const auto threads = static_cast<std::size_t>(plan.resources.threads);
  const std::size_t chunk = input_chunk(plan);
  plan.memory = {
      {"program and libraries", reserved},
      {"input chunks being decoded", (threads + 1) * decoding_bytes(plan)},
      {"compute blocks", threads * worst(plan, [&](const Pass& p) { return block_bytes(plan, p); })},
      {"output chunks", threads * worst(plan, [&](const Pass& p) { return chunk_buffers(plan, p); })},
      {"encoding", threads * worst(plan, [&](const Pass& p) { return encoding_bytes(plan, p); })},
      {"chunks waiting to be written", worst(plan, [&](const Pass& p) { return waiting_bytes(plan, p); })},
      {"open objects", worst(plan, [&](const Pass& p) { return open_objects(plan, p); })},
      {"journal and states", worst(plan, [&](const Pass& p) { return bookkeeping(plan, p); })},
  };
  if (needs_gdal(plan)) plan.memory.push_back({"GDAL and its cache", gdal});
  if (const std::size_t bytes = rechunk_memory(plan, threads + 1); bytes > 0)
    plan.memory.push_back({"stored chunks on their way to scratch", bytes});
  const bool fetches = std::any_of(plan.files.begin(), plan.files.end(), [](const PlannedFile& f) { return f.path.starts_with("/vsi"); });
  if (fetches) plan.memory.push_back({"bytes from remote storage", network});
  if (const std::size_t publishing = publishing_bytes(plan); publishing > 0) plan.memory.push_back({"making files of parts", publishing});
  if (const std::size_t bytes = warp_bytes(plan); bytes > 0) plan.memory.push_back({"positions in other CRSs", bytes});
  if (const std::size_t bytes = polygon_bytes(plan); bytes > 0) plan.memory.push_back({"polygons", bytes});
  if (const std::size_t bytes = places_bytes(plan); bytes > 0) plan.memory.push_back({"positions of cells", bytes});
  const std::vector<Pass> coarse = coarse_passes(plan);
  if (!coarse.empty()) {
    const std::size_t blocks = worst(plan, [&](const Pass& p) { return own_blocks(plan, p); });
    plan.memory.push_back({"layers in passes of their own", coarse_bytes(plan) + threads * blocks});
  }
  const std::size_t fixed = plan.projected_memory();
  std::size_t least = worst(plan, [&](const Pass& p) {
    const auto walking = walking_bytes(plan, p);
    return walking ? *walking : least_input(plan, p);
  });
  for (const Pass& p : coarse) least = std::max(least, input_footprint(plan, p, middle(p, p.block)));
  least += threads * chunk;
  // Of each input one chunk of the time to come, which is read beside one of the present.
  const std::size_t to_come = chunk <= largest_of_two ? std::min(plan.inputs.size() * chunk, 32 * mebibyte) : 0;
  std::size_t wanted = worst(plan, [&](const Pass& p) {
    if (const auto walking = walking_bytes(plan, p)) return *walking + threads * chunk + to_come;
    const std::size_t tile = std::max(input_footprint(plan, p, tile_window(p)), input_footprint(plan, p, middle(p, p.shard)));
    // Neighbouring tiles share chunks: what a small input has in all is held at once.
    const std::size_t neighbours = input_footprint(plan, p, middle(p, p.piece()));
    return std::max(tile + neighbours, std::min(small_input, input_footprint(plan, p, p.window))) + chunk;
  });
  for (const Pass& own : plan.own_passes) wanted = std::max(wanted, std::min(small_input, input_footprint(plan, own, own.window)) + chunk);
  const std::size_t blocks_of_kept = threads * worst(plan, [&](const Pass& p) { return shortened_blocks(plan, p); });
  const std::size_t used = fixed + least + blocks_of_kept;
  plan.kept_bytes = std::min({kept_results(plan), kept_limit, plan.resources.memory > used ? (plan.resources.memory - used) / 2 : 0});
  if (plan.kept_bytes > 0) {
    plan.memory.push_back({"results kept for the next pass", plan.kept_bytes});
    plan.memory.push_back({"compute blocks of what starts from these", blocks_of_kept});
  }
  const std::size_t taken = plan.projected_memory();
  const std::size_t room = plan.resources.memory > taken ? plan.resources.memory - taken : 0;
  // A cache beyond this no longer saves decoding: what a tile shares with its neighbours is small.
  constexpr std::size_t enough = 128 * mebibyte;
  plan.cache_bytes = std::max(least, std::min({wanted, room, std::max(enough, least)}));
  plan.memory.insert(plan.memory.begin() + 1, {"decoded input chunks", plan.cache_bytes});
}

std::string bytes_text(std::size_t bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit < 4) value /= 1024, ++unit;
  char text[40];
  std::snprintf(text, sizeof text, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return text;
}

}  // namespace terroir
