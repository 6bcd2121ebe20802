#pragma once

#include "pipeline/dataset/array_layout.h"
#include "pipeline/dataset/part.h"
#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <functional>
#include <vector>

namespace terroir {

/// The half of a sink that formats of one file have in common: ranks keep the encoded chunks of their tiles as parts.
class PartSink : public Sink {
 public:
  /// The arguments must outlive the sink.
  PartSink(const Plan& plan, const OutputPlan& output, Store& store);

  void encode(std::size_t array, std::span<const float> pixels, Bytes& out, std::vector<std::byte>& scratch,
              EncodeCounts& counts) const override;
  [[nodiscard]] std::unique_ptr<TileWriter> open_tile(std::size_t array, Index tile_row, Index tile_col) override;
  [[nodiscard]] std::vector<std::string> tile_keys(std::size_t array, Index tile_row, Index tile_col) const override;
  [[nodiscard]] bool makes_files() const override { return true; }

 protected:
  [[nodiscard]] const OutputPlan& output() const noexcept { return output_; }
  [[nodiscard]] Store& store() const noexcept { return store_; }
  [[nodiscard]] const std::vector<ArrayLayout>& layouts() const noexcept { return layouts_; }
  using EachChunk = std::function<void(const PartChunk&)>;
  /// The chunks of a tile of an array that are not empty, by row, column and time.
  void for_each_chunk(std::size_t array, Index tile, PartReader& parts, const EachChunk& each) const;
  /// Those of all tiles.
  void for_each_chunk(std::size_t array, PartReader& parts, const EachChunk& each) const;

 private:
  const OutputPlan& output_;
  Store& store_;
  std::vector<ArrayLayout> layouts_;
};

}  // namespace terroir
