#include "pipeline/dataset/tile_writers.h"

#include "pipeline/codecs/crc32c.h"

#include <cassert>
#include <limits>

namespace terroir {
namespace {

/// Place of a chunk in its shard; what an empty chunk has in both numbers.
struct IndexEntry {
  std::uint64_t offset = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
};
static_assert(sizeof(IndexEntry) == 16);

class ShardWriter final : public TileWriter {
 public:
  ShardWriter(const ArrayLayout& layout, Store& store, std::string key)
      : layout_(layout),
        store_(store),
        record_{std::move(key)},
        index_(static_cast<std::size_t>(layout.time_chunks * layout.chunks_per_tile().area())) {}

  void append(Index time_chunk, Index row, Index col, std::span<const std::byte> encoded) override {
    if (encoded.empty()) return;
    const Shape places = layout_.chunks_per_tile();
    IndexEntry& entry = index_[static_cast<std::size_t>((time_chunk * places.rows + row) * places.cols + col)];
    assert(entry.offset == IndexEntry().offset);
    entry = {record_.bytes, encoded.size()};
    write(encoded);
  }

  [[nodiscard]] std::vector<ObjectRecord> close() override {
    if (object_) {
      const auto index = std::as_bytes(std::span(index_));
      const std::uint32_t crc = crc32c(index);
      write(index);
      write(std::as_bytes(std::span(&crc, 1)));
      object_->close();
      object_.reset();
    }
    return {record_};
  }

 private:
  void write(std::span<const std::byte> bytes) {
    if (!object_) object_ = store_.create(record_.key);
    object_->write(bytes);
    record_.bytes += bytes.size();
    record_.crc32c = crc32c(bytes, record_.crc32c);
  }

  const ArrayLayout& layout_;
  Store& store_;
  ObjectRecord record_;
  std::vector<IndexEntry> index_;
  std::unique_ptr<ObjectWriter> object_;
};

class ChunkWriter final : public TileWriter {
 public:
  ChunkWriter(const ArrayLayout& layout, Store& store, Index tile_row, Index tile_col)
      : layout_(layout), store_(store), inside_(layout.chunks_inside(tile_row, tile_col)) {
    for (auto& key : chunk_keys(layout, tile_row, tile_col)) records_.push_back({std::move(key)});
  }

  void append(Index time_chunk, Index row, Index col, std::span<const std::byte> encoded) override {
    if (encoded.empty()) return;
    ObjectRecord& record = records_[static_cast<std::size_t>((row * inside_.cols + col) * layout_.time_chunks + time_chunk)];
    store_.put(record.key, encoded);
    record.bytes = encoded.size();
    record.crc32c = crc32c(encoded);
  }

  [[nodiscard]] std::vector<ObjectRecord> close() override { return std::move(records_); }

 private:
  const ArrayLayout& layout_;
  Store& store_;
  Shape inside_;
  std::vector<ObjectRecord> records_;
};

}  // namespace

std::unique_ptr<TileWriter> make_shard_writer(const ArrayLayout& layout, Store& store, std::string key) {
  return std::make_unique<ShardWriter>(layout, store, std::move(key));
}

std::unique_ptr<TileWriter> make_chunk_writer(const ArrayLayout& layout, Store& store, Index tile_row, Index tile_col) {
  return std::make_unique<ChunkWriter>(layout, store, tile_row, tile_col);
}

std::vector<std::string> chunk_keys(const ArrayLayout& layout, Index tile_row, Index tile_col) {
  const Shape inside = layout.chunks_inside(tile_row, tile_col), places = layout.chunks_per_tile();
  std::vector<std::string> keys;
  for (Index row = 0; row < inside.rows; ++row) {
    for (Index col = 0; col < inside.cols; ++col) {
      for (Index time = 0; time < layout.time_chunks; ++time) {
        keys.push_back(layout.chunk_key(time, tile_row * places.rows + row, tile_col * places.cols + col));
      }
    }
  }
  return keys;
}

}  // namespace terroir
