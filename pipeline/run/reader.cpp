#include "pipeline/run/reader.h"

#include "pipeline/error.h"
#include "pipeline/ports/decode.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr int tries = 3;

void fill_missing(Block<float> out) {
  for (Index t = 0; t < out.times(); ++t)
    for (Index r = 0; r < out.rows(); ++r) std::fill_n(out.row(t, r), out.cols(), missing);
}

void copy_gaps(const float* from, float* to, Index count) {
  for (Index i = 0; i < count; ++i) to[i] = std::isnan(to[i]) ? from[i] : to[i];
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
      read_part(parts[i], use.decodings[parts[i].part.decoding], inside,
                out.inner(inside.row - here.row, inside.col - here.col, inside.shape()), i > 0);
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

void Reader::read_part(const PartUse& use, const Decoding& decoding, const Window& window, Block<float> out, bool only_gaps) {
  const PlannedFile& file = plan_.files[use.part.file];
  const SampleType type = file.types[static_cast<std::size_t>(use.part.band)];
  const auto bytes = static_cast<Index>(sample_bytes(type));
  const Shape shape = file.chunk.shape;
  std::vector<float> row(only_gaps ? static_cast<std::size_t>(shape.cols) : 0);
  visit_chunks(use, window, [&](Index chunk_row, Index chunk_col, const Window& inside, const Window& local) {
    const Plane held = plane(use, chunk_row, chunk_col);
    for (Index r = inside.row; r < inside.row_end(); ++r) {
      float* to = out.row(0, r - local.row) + (inside.col - local.col);
      if (held.numbers == nullptr) {
        if (!only_gaps) std::fill_n(to, inside.cols, missing);
        continue;
      }
      const Index first = (r - chunk_row * shape.rows) * shape.cols + (inside.col - chunk_col * shape.cols);
      decode(type, decoding, held.numbers + first * bytes, inside.cols, only_gaps ? row.data() : to);
      if (only_gaps) copy_gaps(row.data(), to, inside.cols);
    }
  });
}

void Reader::prefetch(LayerId layer, Index first, Index count, const Window& window) {
  const LayerUse& use = layers_.at(layer);
  for (Index t = first; t < first + count; ++t)
    for (const PartUse& part : use.steps[static_cast<std::size_t>(t)]) {
      const Window inside = intersect(window, part.part.placed);
      if (inside.empty()) continue;
      visit_chunks(part, inside, [&](Index row, Index col, const Window&, const Window&) { (void)plane(part, row, col); });
    }
}

Reader::Plane Reader::plane(const PartUse& use, Index row, Index col) {
  const std::size_t file = use.part.file;
  const PlannedFile& planned = plan_.files[file];
  const FileUse& wanted = files_[file];
  const BandUse& band = wanted.bands[use.slot];
  const bool together = planned.interleaved;
  const auto bands = together ? std::span(wanted.bands) : std::span(&band, 1);
  const ChunkKey key{file, together ? 0 : use.slot, {use.part.time / planned.chunk.times, row, col}};
  Plane found;
  found.chunk = cache_.get(key, together ? wanted.bytes : planned.chunk_bytes(band.band),
                           [&](ChunkCache::Numbers& numbers) { load(file, bands, key.place, numbers); });
  if (found.chunk->missing) return found;
  const auto time_bytes = planned.chunk_bytes(band.band) / static_cast<std::size_t>(planned.chunk.times);
  found.numbers = found.chunk->buffer.data() + (together ? band.offset : 0) +
                  static_cast<std::size_t>(use.part.time % planned.chunk.times) * time_bytes;
  return found;
}

void Reader::load(std::size_t file, std::span<const BandUse> bands, const ChunkPlace& place, ChunkCache::Numbers& numbers) {
  std::vector<int> band_numbers;
  std::vector<std::byte*> planes;
  for (const BandUse& use : bands) {
    band_numbers.push_back(use.band);
    planes.push_back(numbers.buffer.data() + (use.offset - bands.front().offset));
  }
  // A chunk in scratch may stand for many that are stored.
  if (cancelled_) throw Error(Fault::interrupted, "interrupted");
  for (int attempt = 1;; ++attempt) {
    try {
      const Stopwatch watch(meter_.read_ns);
      const ReadCost cost = sources_[file]->read_counted(band_numbers, place, planes);
      meter_.bytes_read += cost.bytes;
      meter_.bytes_decoded += cost.decoded;
      meter_.chunks_read += cost.chunks;
      for (std::size_t i = 0; i < bands.size(); ++i) check_exactness(file, bands[i], place, planes[i]);
      return;
    } catch (const Error& error) {
      if (error.fault() == Fault::system && attempt < tries) continue;
      if (files_[file].on_error == OnError::fail) throw;
      meter_.skip(error.what());
      numbers.missing = true;
      return;
    }
  }
}

/// Whole chunks are checked, so that what becomes of one does not depend on the blocks that read it.
void Reader::check_exactness(std::size_t file, const BandUse& use, const ChunkPlace& place, const std::byte* numbers) const {
  const PlannedFile& planned = plan_.files[file];
  const SampleType type = planned.types[static_cast<std::size_t>(use.band)];
  if (!is_integer(type) || exact_in_float32(type)) return;
  const ChunkShape chunk = planned.chunk;
  const Window window = intersect(sources_[file]->grid().window(),
                                  {place.row * chunk.shape.rows, place.col * chunk.shape.cols, chunk.shape.rows, chunk.shape.cols});
  const Index times = std::min(chunk.times, sources_[file]->times().steps() - place.time * chunk.times);
  const auto bytes = static_cast<Index>(sample_bytes(type));
  for (const Decoding& decoding : use.decodings)
    for (Index t = 0; t < times; ++t)
      for (Index r = 0; r < window.rows; ++r)
        if (!decodes_exactly(type, decoding, numbers + (t * chunk.shape.rows + r) * chunk.shape.cols * bytes, window.cols))
          throw read_error(Fault::data, planned.path, std::span(&use.band, 1), window, std::string(inexact_integers));
}

}  // namespace terroir
