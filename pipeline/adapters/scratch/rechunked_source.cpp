#include "pipeline/adapters/scratch/rechunked_source.h"

#include "tiling/buffer.h"

#include <chrono>
#include <cstring>
#include <thread>

namespace terroir {
namespace {

/// Chunks of a shape along times, rows and columns.
struct Counts {
  Index times = 0, rows = 0, cols = 0;
  [[nodiscard]] Index all() const noexcept { return times * rows * cols; }
  [[nodiscard]] Index number(const ChunkPlace& p) const noexcept { return (p.time * rows + p.row) * cols + p.col; }
};

Counts counts_of(const Source& source, const ChunkShape& chunk) {
  const Shape grid = source.grid().shape();
  return {ceil_div(source.times().steps(), chunk.times), ceil_div(grid.rows, chunk.shape.rows), ceil_div(grid.cols, chunk.shape.cols)};
}

std::uint64_t bytes_of(const Source& source, const ChunkShape& chunk, int band) {
  return static_cast<std::uint64_t>(chunk.area()) * sample_bytes(source.stored_type(band));
}

/// Visits the chunks of a shape that times and a window touch.
template <class Visit>
void each_chunk(const ChunkShape& chunk, Index first, Index times, const Window& w, const Visit& visit) {
  for (Index t = first / chunk.times; t * chunk.times < first + times; ++t)
    for (Index r = w.row / chunk.shape.rows; r * chunk.shape.rows < w.row_end(); ++r)
      for (Index c = w.col / chunk.shape.cols; c * chunk.shape.cols < w.col_end(); ++c) visit(ChunkPlace{t, r, c});
}

/// Memory of this thread: a chunk of the inner source, and a piece of it on its way to the file.
Buffer& chunk_memory() {
  thread_local Buffer memory;
  return memory;
}
Buffer& piece_memory() {
  thread_local Buffer memory;
  return memory;
}

}  // namespace

RechunkedSource::Room RechunkedSource::room(const Source& inner, const ChunkShape& chunk) {
  Room room;
  for (int band = 0; band < static_cast<int>(inner.bands().size()); ++band) {
    room.bytes += static_cast<std::uint64_t>(counts_of(inner, chunk).all()) * bytes_of(inner, chunk, band);
    room.parts += static_cast<std::size_t>(counts_of(inner, inner.chunk()).all());
  }
  return room;
}

RechunkedSource::RechunkedSource(std::shared_ptr<Source> inner, const ChunkShape& chunk, Rechunk use, std::shared_ptr<ScratchFile> scratch,
                                 const Room& at)
    : inner_(std::move(inner)), chunk_(chunk), use_(std::move(use)), scratch_(std::move(scratch)), at_(at) {
  std::uint64_t bytes = 0;
  for (int band = 0; band < static_cast<int>(inner_->bands().size()); ++band) {
    band_bytes_.push_back(bytes);
    bytes += static_cast<std::uint64_t>(counts_of(*inner_, chunk_).all()) * bytes_of(*inner_, chunk_, band);
  }
}

RechunkedSource::Extent RechunkedSource::extent_of(const ChunkShape& shape, const ChunkPlace& place) const noexcept {
  Extent extent;
  extent.first = place.time * shape.times;
  extent.times = std::min(shape.times, inner_->times().steps() - extent.first);
  extent.window =
      intersect(inner_->grid().window(), {place.row * shape.shape.rows, place.col * shape.shape.cols, shape.shape.rows, shape.shape.cols});
  return extent;
}

std::uint64_t RechunkedSource::offset_of(int band, const ChunkPlace& place) const noexcept {
  return at_.bytes + band_bytes_[static_cast<std::size_t>(band)] +
         static_cast<std::uint64_t>(counts_of(*inner_, chunk_).number(place)) * bytes_of(*inner_, chunk_, band);
}

std::size_t RechunkedSource::part_of(int band, const ChunkPlace& place) const noexcept {
  const Counts counts = counts_of(*inner_, inner_->chunk());
  return at_.parts + static_cast<std::size_t>(band * counts.all() + counts.number(place));
}

ReadCost RechunkedSource::read_counted(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) {
  ReadCost cost;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    bring(bands[i], extent_of(chunk_, place), cost);
    scratch_->read(offset_of(bands[i], place), {out[i], bytes_of(*inner_, chunk_, bands[i])});
  }
  return cost;
}

/// Sees to it that all inner chunks under times and a window are in the file. First those that nobody is at, then the rest, which others
/// are about to finish: so all ranks of a node share the work of the first tiles.
void RechunkedSource::bring(int band, const Extent& wanted, ReadCost& cost) {
  using namespace std::chrono_literals;
  std::vector<ChunkPlace> waiting;
  const auto attempt = [&](const ChunkPlace& place) {
    const std::size_t part = part_of(band, place);
    return scratch_->done(part) || scratch_->try_part(part, [&] { lay_out(band, place, cost); });
  };
  each_chunk(inner_->chunk(), wanted.first, wanted.times, wanted.window, [&](const ChunkPlace& place) {
    if (use_.uses_time(place.time) && !attempt(place)) waiting.push_back(place);
  });
  for (const ChunkPlace& place : waiting)
    while (!attempt(place)) std::this_thread::sleep_for(1ms);
}

void RechunkedSource::lay_out(int band, const ChunkPlace& place, ReadCost& cost) {
  const ChunkShape shape = inner_->chunk();
  Buffer& memory = chunk_memory();
  memory.reserve(bytes_of(*inner_, shape, band));
  std::byte* const numbers = memory.data();
  const ReadCost one = inner_->read_counted(std::span(&band, 1), place, std::span(&numbers, 1));
  cost.bytes += one.bytes, cost.chunks += one.chunks, cost.decoded += one.decoded;
  const Extent from = extent_of(shape, place);
  each_chunk(chunk_, from.first, from.times, intersect(from.window, laid_out()),
             [&](const ChunkPlace& to) { lay_out_piece(band, from, numbers, to); });
}

/// The pixels that are used, and the others of the chunks that hold them.
Window RechunkedSource::laid_out() const noexcept {
  const Window& used = use_.used;
  const Shape chunk = chunk_.shape;
  const Index row = used.row / chunk.rows * chunk.rows, col = used.col / chunk.cols * chunk.cols;
  return {row, col, ceil_div(used.row_end(), chunk.rows) * chunk.rows - row, ceil_div(used.col_end(), chunk.cols) * chunk.cols - col};
}

/// Writes what a chunk of the file takes from an inner one, time by time in one piece from its first number to its last. Numbers between
/// them that belong to other inner chunks are not touched: where there are any, rows are written one by one.
void RechunkedSource::lay_out_piece(int band, const Extent& from, const std::byte* numbers, const ChunkPlace& to) {
  const auto size = static_cast<Index>(sample_bytes(inner_->stored_type(band)));
  const Shape source = inner_->chunk().shape, target = chunk_.shape;
  const Extent chunk = extent_of(chunk_, to);
  const Window piece = intersect(from.window, chunk.window);
  const Index first = std::max(from.first, chunk.first), end = std::min(from.first + from.times, chunk.first + chunk.times);
  const bool whole_rows = piece.col == chunk.window.col && piece.cols == chunk.window.cols;
  const Index row_bytes = piece.cols * size;
  Buffer& memory = piece_memory();
  memory.reserve(static_cast<std::size_t>(target.area() * size));
  for (Index t = first; t < end; ++t) {
    const Index plane = (t - to.time * chunk_.times) * target.area();
    const auto place_of = [&](Index row) {
      return (plane + (row - to.row * target.rows) * target.cols + (piece.col - to.col * target.cols)) * size;
    };
    const auto offset = [&](Index row) { return offset_of(band, to) + static_cast<std::uint64_t>(place_of(row)); };
    for (Index r = piece.row; r < piece.row_end(); ++r) {
      const std::byte* row =
          numbers + (((t - from.first) * source.rows + (r - from.window.row)) * source.cols + piece.col - from.window.col) * size;
      if (!whole_rows)
        scratch_->write(offset(r), {row, static_cast<std::size_t>(row_bytes)});
      else
        std::memcpy(memory.data() + (r - piece.row) * target.cols * size, row, static_cast<std::size_t>(row_bytes));
    }
    if (whole_rows)
      scratch_->write(offset(piece.row), {memory.data(), static_cast<std::size_t>((piece.rows - 1) * target.cols * size + row_bytes)});
  }
}

}  // namespace terroir
