#pragma once

#include "pipeline/run/chunk_cache.h"
#include "pipeline/run/meter.h"

#include <map>

namespace terroir {

/// Where a block gets the layers that it does not compute.
class LayerSource {
 public:
  virtual ~LayerSource() = default;
  /// Fills `out` with a window of a layer, times [first, first + out.times()).
  virtual void read(LayerId layer, Index first, const Window& window, Block<float> out) = 0;
};

/// Reads windows of input layers through the cache of decoded chunks. Used by several threads.
class Reader final : public LayerSource {
 public:
  /// `sources`: by file of the plan, those that are open already. `layers`: those that will be read, so that no other bands are
  /// decoded with them.
  Reader(const Plan& plan, std::vector<std::shared_ptr<Source>> sources, const std::vector<LayerId>& layers, Meter& meter);

  /// Fills `out`, times [first, first + out.times()) of the window of an input layer; NaN where no file has data.
  /// Throws Error when a chunk cannot be read and the input does not say `on_error: nodata`.
  void read(LayerId layer, Index first, const Window& window, Block<float> out) override;

  /// Decodes the chunks of a window into the cache.
  void prefetch(LayerId layer, Index first, Index count, const Window& window);

 private:
  /// The bands of a file that inputs use, and how each is decoded; together when the file keeps them together.
  struct FileUse {
    std::vector<int> bands;
    std::vector<Decoding> decodings;
    OnError on_error = OnError::fail;
  };
  struct PartUse {
    FilePart part;
    std::size_t slot = 0;  ///< place among the bands of its file
  };
  struct LayerUse {
    std::vector<std::vector<PartUse>> steps;
  };

  void read_step(const LayerUse&, const PlannedLayer&, Index step, const Window& window, Block<float> out);
  void read_part(const PartUse&, const Window& window, Block<float> out, bool only_gaps);
  [[nodiscard]] ChunkCache::Chunk chunk(const PartUse&, Index row, Index col, std::size_t& plane);
  void decode(std::size_t file, std::span<const int> bands, std::span<const Decoding> decodings, const ChunkKey&, OnError, Buffer&);
  template <class Visit>
  void visit_chunks(const PartUse&, const Window& window, const Visit& visit);

  const Plan& plan_;
  Meter& meter_;
  ChunkCache cache_;
  std::vector<FileUse> files_;
  std::map<LayerId, LayerUse> layers_;
  std::vector<std::shared_ptr<Source>> sources_;
};

}  // namespace terroir
