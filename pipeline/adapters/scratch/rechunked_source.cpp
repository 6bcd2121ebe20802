#include "pipeline/adapters/scratch/rechunked_source.h"

#include "tiling/buffer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <tuple>

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

/// Memory of this thread: chunks of the inner source, and a piece of them on its way to the file.
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
  std::vector<ChunkPlace> missing;
  each_chunk(inner_->chunk(), wanted.first, wanted.times, wanted.window, [&](const ChunkPlace& place) {
    if (use_.uses_time(place.time)) missing.push_back(place);
  });
  for (;;) {
    std::erase_if(missing, [&](const ChunkPlace& place) { return scratch_->done(part_of(band, place)); });
    if (missing.empty()) return;
    if (!lay_out_some(band, missing, cost)) std::this_thread::sleep_for(1ms);
  }
}

/// The first ones that nobody is at; false when there is none.
bool RechunkedSource::lay_out_some(int band, const std::vector<ChunkPlace>& missing, ReadCost& cost) {
  std::vector<std::size_t> parts;
  for (const ChunkPlace& place : missing) parts.push_back(part_of(band, place));
  const std::size_t together = chunks_laid_out_together(bytes_of(*inner_, inner_->chunk(), band));
  return scratch_->try_parts(parts, together, [&](std::span<const std::size_t> claimed) {
    std::vector<ChunkPlace> places;
    for (const std::size_t i : claimed) places.push_back(missing[i]);
    lay_out(band, std::move(places), cost);
  });
}

/// In memory, chunks of one place lie one behind the other in time.
void RechunkedSource::lay_out(int band, std::vector<ChunkPlace> places, ReadCost& cost) {
  std::sort(places.begin(), places.end(),
            [](const ChunkPlace& a, const ChunkPlace& b) { return std::tie(a.row, a.col, a.time) < std::tie(b.row, b.col, b.time); });
  const std::uint64_t bytes = bytes_of(*inner_, inner_->chunk(), band);
  Buffer& memory = chunk_memory();
  memory.reserve(places.size() * bytes);
  const std::size_t at_once = bytes <= largest_of_two ? 2 : 1;
  for (std::size_t i = 0; i < places.size(); i += at_once)
    read_inner(band, std::span(places).subspan(i, std::min(at_once, places.size() - i)), memory.data() + i * bytes, cost);
  const auto follows = [](const ChunkPlace& next, const ChunkPlace& last) {
    return next.row == last.row && next.col == last.col && next.time == last.time + 1;
  };
  for (std::size_t i = 0, end = 0; i < places.size(); i = end) {
    for (end = i + 1; end < places.size() && follows(places[end], places[end - 1]);) ++end;
    lay_out_times(band, places[i], static_cast<Index>(end - i), memory.data() + i * bytes);
  }
}

/// Reads one chunk, or two, which are inflated at once. What cannot be fetched or inflated so is left to the source's other way of reading,
/// which knows what to make of a failure.
void RechunkedSource::read_inner(int band, std::span<const ChunkPlace> places, std::byte* numbers, ReadCost& cost) {
  const auto bands = std::span(&band, 1);
  const std::array out{numbers, numbers + bytes_of(*inner_, inner_->chunk(), band)};
  std::array<bool, 2> good{};
  const auto add = [&](const ReadCost& one) { cost.bytes += one.bytes, cost.chunks += one.chunks, cost.decoded += one.decoded; };
  if (places.size() == 2) {
    const auto one = inner_->fetch_chunk(bands, places[0], std::span(&out[0], 1));
    const auto other = one ? inner_->fetch_chunk(bands, places[1], std::span(&out[1], 1)) : nullptr;
    if (other) good = inflate_zlib(one->stream(), other->stream());
    for (std::size_t i = 0; i < 2; ++i) {
      if (!good[i]) continue;
      FetchedChunk& chunk = i == 0 ? *one : *other;
      chunk.finish();
      add(inner_->cost_of_one(bands, chunk.stream().in.size()));
    }
  }
  for (std::size_t i = 0; i < places.size(); ++i)
    if (!good[i]) add(inner_->read_counted(bands, places[i], std::span(&out[i], 1)));
}

/// Inner chunks that follow each other in time, from the first one on.
void RechunkedSource::lay_out_times(int band, const ChunkPlace& first, Index chunks, const std::byte* numbers) {
  Extent from = extent_of(inner_->chunk(), first);
  from.times = std::min(chunks * inner_->chunk().times, inner_->times().steps() - from.first);
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

/// Writes what a chunk of the file takes from inner ones: all times in one piece where these have all of its pixels, else time by time,
/// from the first number to the last, and row by row where numbers between them belong to other inner chunks.
void RechunkedSource::lay_out_piece(int band, const Extent& from, const std::byte* numbers, const ChunkPlace& to) {
  const auto size = static_cast<Index>(sample_bytes(inner_->stored_type(band)));
  const Shape source = inner_->chunk().shape, target = chunk_.shape;
  const Extent chunk = extent_of(chunk_, to);
  const Window piece = intersect(from.window, chunk.window);
  const Index first = std::max(from.first, chunk.first), end = std::min(from.first + from.times, chunk.first + chunk.times);
  const Index row_bytes = piece.cols * size, stride = target.cols * size, plane = target.area() * size;
  const bool all = piece == chunk.window, whole_rows = piece.col == chunk.window.col && piece.cols == chunk.window.cols;
  const Index begin = (piece.row - chunk.window.row) * stride + (piece.col - chunk.window.col) * size;
  const Index length = (piece.rows - 1) * stride + row_bytes;  // of a time, from the first number to the last
  const auto write = [&](Index time, Index at, const std::byte* bytes, Index count) {
    scratch_->write(offset_of(band, to) + static_cast<std::uint64_t>((time - to.time * chunk_.times) * plane + begin + at),
                    {bytes, static_cast<std::size_t>(count)});
  };
  Buffer& memory = piece_memory();
  if (whole_rows) memory.reserve(static_cast<std::size_t>((all ? end - first : 1) * plane));
  for (Index t = first; t < end; ++t) {
    std::byte* const gathered = memory.data() + (all ? (t - first) * plane : 0);
    for (Index r = 0; r < piece.rows; ++r) {
      const std::byte* const row =
          numbers + (((t - from.first) * source.rows + piece.row + r - from.window.row) * source.cols + piece.col - from.window.col) * size;
      if (whole_rows)
        std::memcpy(gathered + r * stride, row, static_cast<std::size_t>(row_bytes));
      else
        write(t, r * stride, row, row_bytes);
    }
    if (whole_rows && !all) write(t, 0, gathered, length);
  }
  if (all) write(first, 0, memory.data(), (end - 1 - first) * plane + length);
}

}  // namespace terroir
