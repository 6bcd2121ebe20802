#include "pipeline/run/reader.h"

#include "pipeline/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>
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
    for (const auto& step : input.steps) {
      auto& parts = use.steps.emplace_back();
      for (const FilePart& part : step) {
        FileUse& file = files_[part.file];
        file.on_error = input.on_error;
        std::size_t slot = 0;
        while (slot < file.bands.size() && !(file.bands[slot] == part.band && file.decodings[slot] == input.decoding)) ++slot;
        if (slot == file.bands.size()) {
          file.bands.push_back(part.band);
          file.decodings.push_back(input.decoding);
        }
        parts.push_back({part, slot});
      }
    }
  }
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
      read_part(parts[i], inside, out.inner(inside.row - here.row, inside.col - here.col, inside.shape()), i > 0);
    }
}

template <class Visit>
void Reader::visit_chunks(const PartUse& use, const Window& window, const Visit& visit) {
  const Shape chunk = plan_.files[use.part.file].chunk;
  const Window local = window.shifted(-use.part.placed.row, -use.part.placed.col);
  for (Index row = local.row / chunk.rows; row * chunk.rows < local.row_end(); ++row)
    for (Index col = local.col / chunk.cols; col * chunk.cols < local.col_end(); ++col)
      visit(row, col, intersect(local, {row * chunk.rows, col * chunk.cols, chunk.rows, chunk.cols}), local);
}

void Reader::read_part(const PartUse& use, const Window& window, Block<float> out, bool only_gaps) {
  const Shape shape = plan_.files[use.part.file].chunk;
  visit_chunks(use, window, [&](Index row, Index col, const Window& inside, const Window& local) {
    std::size_t plane = 0;
    const ChunkCache::Chunk held = chunk(use, row, col, plane);
    const auto* pixels = reinterpret_cast<const float*>(held->data()) + static_cast<Index>(plane) * shape.area();
    for (Index r = inside.row; r < inside.row_end(); ++r) {
      const float* from = pixels + (r - row * shape.rows) * shape.cols + (inside.col - col * shape.cols);
      float* to = out.row(0, r - local.row) + (inside.col - local.col);
      if (only_gaps)
        copy_gaps(from, to, inside.cols);
      else
        std::memcpy(to, from, static_cast<std::size_t>(inside.cols) * sizeof(float));
    }
  });
}

void Reader::prefetch(LayerId layer, Index first, Index count, const Window& window) {
  const LayerUse& use = layers_.at(layer);
  for (Index t = first; t < first + count; ++t)
    for (const PartUse& part : use.steps[static_cast<std::size_t>(t)]) {
      const Window inside = intersect(window, part.part.placed);
      if (inside.empty()) continue;
      visit_chunks(part, inside, [&](Index row, Index col, const Window&, const Window&) {
        std::size_t plane = 0;
        (void)chunk(part, row, col, plane);
      });
    }
}

ChunkCache::Chunk Reader::chunk(const PartUse& use, Index row, Index col, std::size_t& plane) {
  const std::size_t file = use.part.file;
  const FileUse& wanted = files_[file];
  const bool together = plan_.files[file].interleaved;
  const std::size_t first = together ? 0 : use.slot, count = together ? wanted.bands.size() : 1;
  plane = together ? use.slot : 0;
  const ChunkKey key{file, first, use.part.time, row, col};
  const std::size_t bytes = count * static_cast<std::size_t>(plan_.files[file].chunk.area()) * sizeof(float);
  return cache_.get(key, bytes, [&](Buffer& buffer) {
    decode(file, std::span(wanted.bands).subspan(first, count), std::span(wanted.decodings).subspan(first, count), key, wanted.on_error,
           buffer);
  });
}

void Reader::decode(std::size_t file, std::span<const int> bands, std::span<const Decoding> decodings, const ChunkKey& key,
                    OnError on_error, Buffer& buffer) {
  const Index area = plan_.files[file].chunk.area();
  auto* pixels = reinterpret_cast<float*>(buffer.data());
  std::vector<float*> planes;
  for (std::size_t i = 0; i < bands.size(); ++i) planes.push_back(pixels + static_cast<Index>(i) * area);
  for (int attempt = 1;; ++attempt) {
    try {
      const Stopwatch watch(meter_.read_ns);
      meter_.bytes_read += sources_[file]->read_chunk(bands, decodings, key.time, key.row, key.col, planes);
      meter_.bytes_decoded += buffer.bytes();
      ++meter_.chunks_read;
      return;
    } catch (const Error& error) {
      if (error.fault() == Fault::system && attempt < tries) continue;
      if (on_error == OnError::fail) throw;
      meter_.skip(error.what());
      std::fill_n(pixels, static_cast<Index>(bands.size()) * area, missing);
      return;
    }
  }
}

}  // namespace terroir
