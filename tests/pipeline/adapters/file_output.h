#pragma once

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/plan/plan.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/sink.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>

/// What tests of sinks that make one file of parts have in common.
namespace terroir::test {

class NoCrs final : public CrsReader {
 public:
  Crs read(const std::string& /*text*/) override { return {}; }
  Crs read_cf(const std::vector<Attribute>&) override { return {}; }
  std::vector<Attribute> cf_attributes(const Crs& /*crs*/) override { return {}; }
  std::shared_ptr<const CrsOperation> operation(const Crs&, const Crs&, std::span<const MapPoint>) override { return nullptr; }
};

/// A plan of one output of 3 x 5 pixels of 10 x 10 from (100, 200): chunks of 2 x 2, tiles of 4 x 4, so that the second one is a column
/// wide. Arrays are added by `add_array`.
inline Plan small_plan(Format format, const std::string& path) {
  Plan plan;
  plan.name = "test";
  plan.lattices = {Grid({}, {100, 10, 200, -10}, {3, 5})};
  OutputPlan output;
  output.name = "out";
  output.path = path;
  output.format = format;
  output.codec.name = format == Format::netcdf ? CodecSpec::Name::deflate : CodecSpec::Name::zstd;
  output.window = {0, 0, 3, 5};
  output.grid = plan.lattices[0];
  output.chunk = {2, 2};
  output.shard = {4, 4};
  plan.outputs = {output};
  return plan;
}

/// A layer in metres; `times` 0: a static one, else one time a day from 1970-01-01, in chunks of two.
inline ArrayPlan& add_array(Plan& plan, const std::string& name, Index times = 0) {
  ArrayPlan array;
  array.name = name;
  array.features = {name};
  array.layers = {static_cast<LayerId>(plan.layers.size())};
  plan.layers.push_back({});
  plan.layers.back().info.unit = "m";
  plan.layers.back().variable = name;
  if (times > 0) {
    plan.axes = {{"time", Calendar::standard, {}}};
    for (Index t = 0; t < times; ++t) plan.axes[0].seconds.push_back(t * 86400);
    array.axis = plan.layers.back().axis = 0;
    array.times = times;
    array.time_chunk = 2;
  }
  plan.outputs[0].arrays.push_back(array);
  return plan.outputs[0].arrays.back();
}

/// Parts as the store has them.
class StoredParts final : public PartReader {
 public:
  StoredParts(const Sink& sink, MemoryStore& store) : sink_(sink), store_(store) {}
  std::span<const std::byte> read(std::size_t array, Index tile) override {
    bytes_ = store_.get(sink_.tile_keys(array, 0, tile).front()).value_or(std::vector<std::byte>{});
    return bytes_;
  }

 private:
  const Sink& sink_;
  MemoryStore& store_;
  std::vector<std::byte> bytes_;
};

/// Gives a sink all tiles of an array, last one first, as ranks might. Pixels come from a function of time, row and column.
inline void write_tiles(Sink& sink, const Plan& plan, std::size_t number, const std::function<float(Index, Index, Index)>& pixel) {
  const ArrayPlan& array = plan.outputs[0].arrays[number];
  for (Index tile = 2; tile-- > 0;) {
    const auto writer = sink.open_tile(number, 0, tile);
    for (Index row = 0; row < 2; ++row)
      for (Index col = 2 * tile; col < std::min<Index>(3, 2 * tile + 2); ++col)
        for (Index chunk = 0; chunk * array.time_chunk < array.times; ++chunk) {
          std::vector<float> pixels;
          for (Index t = chunk * array.time_chunk; t < (chunk + 1) * array.time_chunk; ++t)
            for (Index i = 0; i < 4; ++i) {
              const Index r = 2 * row + i / 2, c = 2 * col + i % 2;
              const bool outside = r >= 3 || c >= 5 || t >= array.times;
              pixels.push_back(outside ? std::numeric_limits<float>::quiet_NaN() : pixel(t, r, c));
            }
          Bytes encoded;
          std::vector<std::byte> scratch;
          EncodeCounts counts;
          sink.encode(number, pixels, encoded, scratch, counts);
          EXPECT_EQ(counts.unfit, 0u);
          writer->append(chunk, row, col - 2 * tile, encoded);
        }
    (void)writer->close();
  }
}

/// Gives a sink its tiles and publishes with statistics of nothing, and brings an object of the store into a folder.
inline void publish(Sink& sink, const Plan& plan, MemoryStore& store) {
  StoredParts parts(sink, store);
  for (Index tile = 0; tile < plan.outputs[0].tiles().size(); ++tile) sink.take(tile, parts);
  const std::vector<LayerStatistics> nothing = {LayerStatistics{0, 0, 0, 0, 0}};
  (void)sink.publish(std::vector<std::vector<LayerStatistics>>(plan.outputs[0].arrays.size(), nothing), parts);
}

inline void bring(MemoryStore& store, const std::string& key, const std::string& path) {
  const auto bytes = store.get(key);
  ASSERT_TRUE(bytes.has_value()) << key;
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes->data()), static_cast<std::streamsize>(bytes->size()));
}

}  // namespace terroir::test
