#include "pipeline/run/reader.h"

#include "pipeline/error.h"
#include "pipeline/ports/decode.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace terroir {
namespace {

constexpr int tries = 3;

void fill_missing(Block<float> out) {
  for (Index t = 0; t < out.times(); ++t)
    for (Index r = 0; r < out.rows(); ++r) std::fill_n(out.row(t, r), out.cols(), no_value);
}

void copy_gaps(const float* from, float* to, Index count) {
  for (Index i = 0; i < count; ++i) to[i] = std::isnan(to[i]) ? from[i] : to[i];
}

/// Lets the core fetch bytes into its L2 cache. The rows below a block are what the next one reads; by then they are there, where decoding
/// waited for memory for more than half of its time.
void expect(const std::byte* from, Index bytes) noexcept {
  constexpr Index line = 64;
  constexpr int reads = 0, second_level = 2;
  for (Index at = 0; at < bytes; at += line) __builtin_prefetch(from + at, reads, second_level);
}

template <class Work>
bool succeeds(const Work& work) {
  try {
    return work();
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Reader::Reader(const Plan& plan, std::vector<std::shared_ptr<Source>> sources, const std::vector<LayerId>& layers, Meter& meter)
    : plan_(plan), meter_(meter), cache_(plan.cache_bytes), files_(plan.files.size()), sources_(std::move(sources)) {
  for (const InputLayer& input : plan.inputs) {
    if (std::find(layers.begin(), layers.end(), input.layer) == layers.end()) continue;
    LayerUse& use = layers_[input.layer];
    use.decodings = input.decodings;
    for (const auto& step : input.steps) {
      auto& parts = use.steps.emplace_back();
      for (const FilePart& part : step) {
        files_[part.file].on_error = input.on_error;
        parts.push_back({part, slot_of(part, input.decodings[part.decoding])});
      }
    }
  }
}

std::size_t Reader::slot_of(const FilePart& part, const Decoding& decoding) {
  constexpr std::size_t alignment = Buffer::alignment;
  FileUse& file = files_[part.file];
  auto band = std::find_if(file.bands.begin(), file.bands.end(), [&](const BandUse& b) { return b.band == part.band; });
  if (band == file.bands.end()) {
    band = file.bands.insert(band, {part.band, file.bytes, {}});
    file.bytes += (plan_.files[part.file].chunk_bytes(part.band) + alignment - 1) / alignment * alignment;
  }
  if (std::find(band->decodings.begin(), band->decodings.end(), decoding) == band->decodings.end()) band->decodings.push_back(decoding);
  return static_cast<std::size_t>(band - file.bands.begin());
}

void Reader::read(LayerId layer, Index first, const Window& window, Block<float> out) {
  const LayerUse& use = layers_.at(layer);
  const PlannedLayer& planned = plan_.layers[layer];
  for (Index t = 0; t < out.times(); ++t) read_step(use, planned, first + t, window, out.at_time(t));
}

void Reader::read_step(const LayerUse& use, const PlannedLayer& layer, Index step, const Window& window, Block<float> out) {
  const auto& parts = use.steps[static_cast<std::size_t>(step)];
  const bool covered = parts.size() == 1 && !layer.periodic && parts[0].part.placed.contains(window);
  if (!covered) fill_missing(out);
  // A periodic layer is read turn by turn; any other has one turn.
  const Index width = layer.extent.cols;
  const Index first_turn = layer.periodic ? floor_div(window.col - layer.extent.col, width) : 0;
  const Index last_turn = layer.periodic ? floor_div(window.col_end() - 1 - layer.extent.col, width) : 0;
  for (Index turn = first_turn; turn <= last_turn; ++turn)
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Window here = window.shifted(0, -turn * width);
      const Window inside = intersect(here, parts[i].part.placed);
      if (inside.empty()) continue;
      read_part(use, step, i, inside, out.inner(inside.row - here.row, inside.col - here.col, inside.shape()));
    }
}

template <class Visit>
void Reader::visit_chunks(const PartUse& use, const Window& window, const Visit& visit) {
  const Shape chunk = plan_.files[use.part.file].chunk.shape;
  const Window local = window.shifted(-use.part.placed.row, -use.part.placed.col);
  for (Index row = local.row / chunk.rows; row * chunk.rows < local.row_end(); ++row)
    for (Index col = local.col / chunk.cols; col * chunk.cols < local.col_end(); ++col)
      visit(row, col, intersect(local, {row * chunk.rows, col * chunk.cols, chunk.rows, chunk.cols}), local);
}

/// Of parts behind the first one only what fills gaps.
void Reader::read_part(const LayerUse& layer, Index step, std::size_t part, const Window& window, Block<float> out) {
  const PartUse& use = layer.steps[static_cast<std::size_t>(step)][part];
  const Decoding& decoding = layer.decodings[use.part.decoding];
  const bool only_gaps = part > 0;
  const PlannedFile& file = plan_.files[use.part.file];
  const SampleType type = file.types[static_cast<std::size_t>(use.part.band)];
  const auto bytes = static_cast<Index>(sample_bytes(type));
  const Shape shape = file.chunk.shape;
  std::vector<float> row(only_gaps ? static_cast<std::size_t>(shape.cols) : 0);
  bool brought = false;
  visit_chunks(use, window, [&](Index chunk_row, Index chunk_col, const Window& inside, const Window& local) {
    auto chunk = cache_.find(key_of(use, chunk_row, chunk_col));
    if (!chunk && !std::exchange(brought, true)) bring_step(layer, step, part, window);  // what is gone again comes alone
    const Plane held = plane(use, chunk_row, chunk_col, std::move(chunk));
    const Index first_row = inside.row - chunk_row * shape.rows, first_col = inside.col - chunk_col * shape.cols;
    for (Index r = 0; r < inside.rows; ++r) {
      float* to = out.row(0, inside.row - local.row + r) + (inside.col - local.col);
      if (held.numbers == nullptr) {
        if (!only_gaps) std::fill_n(to, inside.cols, no_value);
        continue;
      }
      const std::byte* const from = held.numbers + ((first_row + r) * shape.cols + first_col) * bytes;
      if (first_row + r + inside.rows < shape.rows) expect(from + inside.rows * shape.cols * bytes, inside.cols * bytes);
      decode(type, decoding, from, inside.cols, only_gaps ? row.data() : to);
      if (only_gaps) copy_gaps(row.data(), to, inside.cols);
    }
  });
}

void Reader::prefetch(LayerId layer, Index first, Index count, const Window& window) {
  const LayerUse& use = layers_.at(layer);
  std::optional<ChunkCache::Claim> waiting;
  for (Index t = first; t < first + count; ++t)
    for (const PartUse& part : use.steps[static_cast<std::size_t>(t)]) {
      const Window inside = intersect(window, part.part.placed);
      if (inside.empty()) continue;
      visit_chunks(part, inside, [&](Index row, Index col, const Window&, const Window&) { bring(part, row, col, waiting); });
    }
  bring_last(waiting);
}

/// Two by two, unless they are so many that the first ones would be gone before they are used. The last one has the first of a later step
/// beside it, where the cache holds what each layer needs at two steps.
void Reader::bring_step(const LayerUse& use, Index step, std::size_t part, const Window& window) {
  const PartUse& now = use.steps[static_cast<std::size_t>(step)][part];
  std::size_t count = 0;
  visit_chunks(now, window, [&](Index, Index, const Window&, const Window&) { ++count; });
  const std::size_t bytes = count * bytes_of(key_of(now, 0, 0));
  if (bytes > cache_.capacity()) return;
  std::optional<ChunkCache::Claim> waiting;
  visit_chunks(now, window, [&](Index row, Index col, const Window&, const Window&) { bring(now, row, col, waiting); });
  if (waiting && (2 * layers_.size() + 1) * bytes <= cache_.capacity()) bring_later(use, step, window, waiting);
  bring_last(waiting);
}

/// The first chunk of a window that a later step is in, and this one is not.
void Reader::bring_later(const LayerUse& use, Index step, const Window& window, std::optional<ChunkCache::Claim>& waiting) {
  const ChunkKey now = waiting->key();
  for (auto later = static_cast<std::size_t>(step) + 1; later < use.steps.size(); ++later)
    for (const PartUse& part : use.steps[later]) {
      const Window inside = intersect(window, part.part.placed);
      const ChunkKey there = key_of(part, 0, 0);
      if (inside.empty() || (there.file == now.file && there.place.time == now.place.time)) continue;
      bool first = true;
      visit_chunks(part, inside, [&](Index row, Index col, const Window&, const Window&) {
        if (std::exchange(first, false)) bring(part, row, col, waiting);
      });
      return;
    }
}

void Reader::bring(const PartUse& use, Index row, Index col, std::optional<ChunkCache::Claim>& waiting) {
  const ChunkKey key = key_of(use, row, col);
  const std::size_t bytes = bytes_of(key);
  auto claim = cache_.claim(key, bytes);
  if (!claim) return;
  if (bytes <= largest_of_two && !waiting) {
    waiting.emplace(std::move(*claim));
    return;
  }
  if (bytes <= largest_of_two) {
    load_both(*waiting, *claim);
    waiting->keep();
    waiting.reset();
  } else {
    load(key, claim->numbers());
  }
  claim->keep();
}

void Reader::bring_last(std::optional<ChunkCache::Claim>& waiting) {
  if (!waiting) return;
  load(waiting->key(), waiting->numbers());
  waiting->keep();
}

Reader::Plane Reader::plane(const PartUse& use, Index row, Index col, ChunkCache::Chunk chunk) {
  const ChunkKey key = key_of(use, row, col);
  const PlannedFile& planned = plan_.files[key.file];
  const BandUse& band = files_[key.file].bands[use.slot];
  Plane found{std::move(chunk), nullptr};
  if (!found.chunk) found.chunk = cache_.get(key, bytes_of(key), [&](ChunkCache::Numbers& numbers) { load(key, numbers); });
  if (found.chunk->missing) return found;
  const auto time_bytes = planned.chunk_bytes(band.band) / static_cast<std::size_t>(planned.chunk.times);
  found.numbers = found.chunk->buffer.data() + (planned.interleaved ? band.offset : 0) +
                  static_cast<std::size_t>(use.part.time % planned.chunk.times) * time_bytes;
  return found;
}

ChunkKey Reader::key_of(const PartUse& use, Index row, Index col) const {
  const PlannedFile& planned = plan_.files[use.part.file];
  return {use.part.file, planned.interleaved ? 0 : use.slot, {use.part.time / planned.chunk.times, row, col}};
}

std::span<const Reader::BandUse> Reader::bands_of(const ChunkKey& key) const {
  const std::span all = files_[key.file].bands;
  return plan_.files[key.file].interleaved ? all : all.subspan(key.group, 1);
}

std::size_t Reader::bytes_of(const ChunkKey& key) const {
  const PlannedFile& planned = plan_.files[key.file];
  return planned.interleaved ? files_[key.file].bytes : planned.chunk_bytes(files_[key.file].bands[key.group].band);
}

Reader::Request Reader::request_of(const ChunkKey& key, const ChunkCache::Numbers& numbers) const {
  const auto bands = bands_of(key);
  Request request;
  for (const BandUse& use : bands) {
    request.bands.push_back(use.band);
    request.planes.push_back(numbers.buffer.data() + (use.offset - bands.front().offset));
  }
  return request;
}

void Reader::load(const ChunkKey& key, ChunkCache::Numbers& numbers) {
  const Request request = request_of(key, numbers);
  // A chunk in scratch may stand for many that are stored.
  if (cancelled_) throw Error(Fault::interrupted, "interrupted");
  for (int attempt = 1;; ++attempt) {
    try {
      const Stopwatch watch(meter_.read_ns);
      note(key, sources_[key.file]->read_counted(request.bands, key.place, request.planes), request.planes);
      return;
    } catch (const Error& error) {
      if (error.fault() == Fault::system && attempt < tries) continue;
      if (files_[key.file].on_error == OnError::fail) throw;
      meter_.skip(text_of_skipped(key, error));
      numbers.missing = true;
      return;
    }
  }
}

Window Reader::window_of(std::size_t file, const ChunkPlace& place) const {
  const Shape chunk = plan_.files[file].chunk.shape;
  return intersect(sources_[file]->grid().window(), {place.row * chunk.rows, place.col * chunk.cols, chunk.rows, chunk.cols});
}

/// What was not read, and why: the storage may have smaller blocks, of which the error names one.
std::string Reader::text_of_skipped(const ChunkKey& key, const Error& error) const {
  const std::string why = error.what(), skipped = text_of(window_of(key.file, key.place));
  return why.find(skipped) != why.npos ? why : skipped + " of " + why;
}

/// What cannot be done so, for whatever reason, is left to `load`, which knows what to make of a failure.
void Reader::load_both(ChunkCache::Claim& one, ChunkCache::Claim& other) {
  bool one_done = false, other_done = false;
  if (!cancelled_) {
    const Stopwatch watch(meter_.read_ns);
    Fetch a{one.key(), request_of(one.key(), one.numbers()), nullptr}, b{other.key(), request_of(other.key(), other.numbers()), nullptr};
    if (fetch(a) && fetch(b)) {
      const auto [one_good, other_good] = inflate_zlib(a.chunk->stream(), b.chunk->stream());
      one_done = one_good && finish(a);
      other_done = other_good && finish(b);
    }
  }
  if (!one_done) load(one.key(), one.numbers());
  if (!other_done) load(other.key(), other.numbers());
}

bool Reader::fetch(Fetch& f) {
  return succeeds([&] {
    f.chunk = sources_[f.key.file]->fetch_chunk(f.request.bands, f.key.place, f.request.planes);
    return f.chunk != nullptr;
  });
}

bool Reader::finish(Fetch& f) {
  return succeeds([&] {
    f.chunk->finish();
    note(f.key, sources_[f.key.file]->cost_of_one(f.request.bands, f.chunk->stream().in.size()), f.request.planes);
    return true;
  });
}

/// Counts a chunk that has been read and is found good.
void Reader::note(const ChunkKey& key, const ReadCost& cost, std::span<std::byte* const> planes) {
  const auto bands = bands_of(key);
  for (std::size_t i = 0; i < bands.size(); ++i)
    if (const std::string_view loss = loss_in(key.file, bands[i], key.place, planes[i]); !loss.empty())
      throw read_error(Fault::data, plan_.files[key.file].path, std::span(&bands[i].band, 1), window_of(key.file, key.place),
                       std::string(loss));
  meter_.bytes_read += cost.bytes;
  meter_.bytes_decoded += cost.decoded;
  meter_.chunks_read += cost.chunks;
}

/// What is lost of the numbers of a chunk as pixels; nothing when all is well. Whole chunks are checked, so that what becomes of one does
/// not depend on the blocks that read it.
std::string_view Reader::loss_in(std::size_t file, const BandUse& use, const ChunkPlace& place, const std::byte* numbers) const {
  const PlannedFile& planned = plan_.files[file];
  const auto band = static_cast<std::size_t>(use.band);
  const SampleType type = planned.types[band];
  // Those that a mask hides come as floating numbers; they are integers still.
  const auto of_file = sample_type(sources_[file]->bands()[band].dtype);
  const bool wide_integers = of_file && is_integer(*of_file) && !exact_in_float32(*of_file);
  if (!wide_integers && type != SampleType::float64) return {};
  const ChunkShape chunk = planned.chunk;
  const Window window = window_of(file, place);
  const Index times = std::min(chunk.times, sources_[file]->times().steps() - place.time * chunk.times);
  const auto bytes = static_cast<Index>(sample_bytes(type));
  for (const Decoding& decoding : use.decodings)
    for (Index t = 0; t < times; ++t)
      for (Index r = 0; r < window.rows; ++r) {
        const std::byte* const row = numbers + (t * chunk.shape.rows + r) * chunk.shape.cols * bytes;
        if (wide_integers && !decodes_exactly(type, decoding, row, window.cols)) return inexact_integers;
        if (!wide_integers && !decodes_in_range(decoding, reinterpret_cast<const double*>(row), window.cols)) return numbers_out_of_range;
      }
  return {};
}

}  // namespace terroir
