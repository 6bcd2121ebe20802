#pragma once

#include "pipeline/error.h"
#include "pipeline/run/chunk_cache.h"
#include "pipeline/run/meter.h"

#include <atomic>
#include <map>
#include <optional>
#include <string_view>

namespace terroir {

/// Where a block gets the layers that it does not compute.
class LayerSource {
 public:
  virtual ~LayerSource() = default;
  /// Fills `out` with a window of a layer, times [first, first + out.times()).
  virtual void read(LayerId layer, Index first, const Window& window, Block<float> out) = 0;
};

/// Reads windows of input layers through the cache of input chunks. Used by several threads.
class Reader final : public LayerSource {
 public:
  /// `sources`: by file of the plan, those that are open already. `layers`: those that will be read, so that no other bands are
  /// read with them.
  Reader(const Plan& plan, std::vector<std::shared_ptr<Source>> sources, const std::vector<LayerId>& layers, Meter& meter);

  /// Fills `out`, times [first, first + out.times()) of the window of an input layer; NaN where no file has data.
  /// Throws Error when a chunk cannot be read and the input does not say `on_error: nodata`.
  void read(LayerId layer, Index first, const Window& window, Block<float> out) override;

  /// Brings the chunks of a window into the cache.
  void prefetch(LayerId layer, Index first, Index count, const Window& window);

  /// From now on a chunk that would have to be read throws Error(Fault::interrupted). May be called from a signal's thread.
  void cancel() noexcept { cancelled_ = true; }

 private:
  /// A band of a file that inputs use, and how they decode it.
  struct BandUse {
    int band = 0;
    std::size_t offset = 0;  ///< bytes to its plane where all bands are read together
    std::vector<Decoding> decodings;
  };
  struct FileUse {
    std::vector<BandUse> bands;
    std::size_t bytes = 0;  ///< of a chunk of all bands
    OnError on_error = OnError::fail;
  };
  /// What a source is asked for.
  struct Request {
    std::vector<int> bands;
    std::vector<std::byte*> planes;
  };
  /// A chunk that is read beside another one.
  struct Fetch {
    ChunkKey key;
    Request request;
    std::unique_ptr<FetchedChunk> chunk;
  };
  struct PartUse {
    FilePart part;
    std::size_t slot = 0;  ///< place among the bands of its file
  };
  struct LayerUse {
    std::vector<Decoding> decodings;
    std::vector<std::vector<PartUse>> steps;
  };
  /// The numbers of one band at one time in a chunk; none where the chunk could not be read.
  struct Plane {
    ChunkCache::Chunk chunk;
    const std::byte* numbers = nullptr;
  };

  std::size_t slot_of(const FilePart&, const Decoding&);
  void read_step(const LayerUse&, const PlannedLayer&, Index step, const Window& window, Block<float> out);
  void read_part(const LayerUse&, Index step, std::size_t part, const Window& window, Block<float> out);
  /// The numbers of a chunk, which is brought when it is null.
  [[nodiscard]] Plane plane(const PartUse&, Index row, Index col, ChunkCache::Chunk chunk);
  /// The bands of a file that are read together with one, and where their chunk stands in the cache.
  [[nodiscard]] std::span<const BandUse> bands_of(const ChunkKey&) const;
  [[nodiscard]] ChunkKey key_of(const PartUse&, Index row, Index col) const;
  [[nodiscard]] std::size_t bytes_of(const ChunkKey&) const;
  [[nodiscard]] Request request_of(const ChunkKey&, const ChunkCache::Numbers&) const;
  /// Makes the numbers of a chunk, or marks them as missing. Throws as `read`.
  void load(const ChunkKey&, ChunkCache::Numbers&);
  /// Brings a chunk into the cache: at once together with the one that waits, else it waits for the next one.
  void bring(const PartUse&, Index row, Index col, std::optional<ChunkCache::Claim>& waiting);
  void bring_last(std::optional<ChunkCache::Claim>& waiting);
  void bring_step(const LayerUse&, Index step, std::size_t part, const Window& window);
  void bring_later(const LayerUse&, Index step, const Window& window, std::optional<ChunkCache::Claim>& waiting);
  void load_both(ChunkCache::Claim& one, ChunkCache::Claim& other);
  [[nodiscard]] bool fetch(Fetch&);
  [[nodiscard]] bool finish(Fetch&);
  void note(const ChunkKey&, const ReadCost&, std::span<std::byte* const> planes);
  [[nodiscard]] Window window_of(std::size_t file, const ChunkPlace& place) const;
  [[nodiscard]] std::string text_of_skipped(const ChunkKey&, const Error&) const;
  [[nodiscard]] std::string_view loss_in(std::size_t file, const BandUse&, const ChunkPlace&, const std::byte* numbers) const;
  template <class Visit>
  void visit_chunks(const PartUse&, const Window& window, const Visit& visit);

  const Plan& plan_;
  Meter& meter_;
  ChunkCache cache_;
  std::vector<FileUse> files_;
  std::map<LayerId, LayerUse> layers_;
  std::vector<std::shared_ptr<Source>> sources_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace terroir
