#include "pipeline/dataset/part_sink.h"

#include "pipeline/dataset/encode_chunk.h"
#include "pipeline/dataset/tile_writers.h"

namespace terroir {

PartSink::PartSink(const Plan& plan, const OutputPlan& output, Store& store) : output_(output), store_(store) {
  for (const auto& array : output_.arrays) layouts_.push_back(layout_of(plan, output_, array));
}

void PartSink::encode(std::size_t array, std::span<const float> pixels, Bytes& out, std::vector<std::byte>& scratch,
                      EncodeCounts& counts) const {
  encode_chunk(layouts_[array], pixels, out, scratch, counts);
}

std::unique_ptr<TileWriter> PartSink::open_tile(std::size_t array, Index tile_row, Index tile_col) {
  return make_shard_writer(layouts_[array], store_, part_key(layouts_[array], tile_row, tile_col));
}

std::vector<std::string> PartSink::tile_keys(std::size_t array, Index tile_row, Index tile_col) const {
  return {part_key(layouts_[array], tile_row, tile_col)};
}

void PartSink::for_each_chunk(std::size_t array, Index tile, PartReader& parts, const EachChunk& each) const {
  const auto part = parts.read(array, tile);
  if (part.empty()) return;
  const Index cols = output_.tiles().counts().cols;
  for (const auto& chunk : chunks_of_part(layouts_[array], tile / cols, tile % cols, part)) each(chunk);
}

void PartSink::for_each_chunk(std::size_t array, PartReader& parts, const EachChunk& each) const {
  for (Index tile = 0; tile < output_.tiles().size(); ++tile) for_each_chunk(array, tile, parts, each);
}

}  // namespace terroir
