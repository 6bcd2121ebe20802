#include "pipeline/dataset/array_layout.h"

#include "pipeline/error.h"

#include <algorithm>

namespace terroir {
namespace {

/// What a missing pixel is stored as when the recipe does not say: NaN, or the number at the end of the range that is used least.
double default_nodata(StoredType type) {
  if (is_float(type)) return std::numeric_limits<double>::quiet_NaN();
  return lowest(type) < 0 ? lowest(type) : highest(type);
}

PixelEncoding encoding_of(const ArrayPlan& array) {
  const auto type = stored_type(array.encoding.dtype);
  if (!type) throw Error(Fault::bug, array.name + ": '" + array.encoding.dtype + "' is no type that outputs have");
  PixelEncoding encoding{*type, array.encoding.scale_factor, array.encoding.add_offset, 0};
  encoding.nodata = array.encoding.nodata.value_or(default_nodata(*type));
  if (*type == StoredType::float32) encoding.nodata = static_cast<float>(encoding.nodata);
  return encoding;
}

std::string key_of(const std::string& head, std::initializer_list<std::pair<bool, Index>> places) {
  std::string key = head;
  for (const auto& [present, index] : places) {
    if (present) key += "/" + std::to_string(index);
  }
  return key;
}

}  // namespace

Shape ArrayLayout::chunks_inside(Index tile_row, Index tile_col) const noexcept {
  const Window inside = TileGrid({0, 0, grid.rows, grid.cols}, tile).at(tile_row, tile_col);
  return {ceil_div(inside.rows, chunk_area.rows), ceil_div(inside.cols, chunk_area.cols)};
}

std::string ArrayLayout::shard_key(Index tile_row, Index tile_col) const {
  return key_of(name + "/c", {{has_time, 0}, {stacked, 0}, {true, tile_row}, {true, tile_col}});
}

std::string ArrayLayout::chunk_key(Index time_chunk_index, Index row, Index col) const {
  return key_of(name, {{has_time, time_chunk_index}, {stacked, 0}, {true, row}, {true, col}});
}

ArrayLayout layout_of(const Plan& plan, const OutputPlan& output, const ArrayPlan& array) {
  ArrayLayout out;
  out.name = array.name;
  out.features = static_cast<Index>(array.layers.size());
  out.time_chunk = array.time_chunk;
  out.time_chunks = ceil_div(array.times, array.time_chunk);
  out.has_time = array.axis != no_entry;
  out.stacked = array.stacked;
  out.grid = output.window.shape();
  out.chunk_area = output.chunk;
  out.tile = output.shard;
  out.stored_area = output.chunk;
  if (output.format != Format::zarr)
    out.stored_area = {std::min(output.chunk.rows, out.grid.rows), std::min(output.chunk.cols, out.grid.cols)};
  const auto add = [&](const std::string& name, Index size, Index chunk, Index shard) {
    out.dimensions.push_back(name);
    out.shape.push_back(size);
    out.chunk.push_back(chunk);
    if (output.format == Format::zarr && output.zarr_format == 3) out.shard.push_back(shard);
  };
  if (out.has_time) add(plan.axes[array.axis].name, array.times, out.time_chunk, out.time_chunks * out.time_chunk);
  if (out.stacked) add("feature", out.features, out.features, out.features);
  add("y", out.grid.rows, out.stored_area.rows, output.shard.rows);
  add("x", out.grid.cols, out.stored_area.cols, output.shard.cols);
  out.encoding = encoding_of(array);
  out.compression = compression_of(output.chunk_codec(), size_of(out.encoding.type));
  out.compression.options.row = static_cast<std::size_t>(out.stored_area.cols);
  out.compression.options.map = static_cast<std::size_t>(out.stored_area.area());
  return out;
}

Variable variable_of(const ArrayLayout& layout, Json attributes) {
  Variable out;
  out.name = layout.name;
  out.dimensions = layout.dimensions;
  out.shape = layout.shape;
  out.chunk = layout.chunk;
  out.shard = layout.shard;
  out.type = name_of(layout.encoding.type);
  out.nodata = layout.encoding.nodata;
  out.compression = layout.compression;
  out.attributes = std::move(attributes);
  return out;
}

}  // namespace terroir
