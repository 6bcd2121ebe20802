#pragma once

#include "pipeline/adapters/zarr/input_array.h"
#include "pipeline/adapters/zarr/shard_index.h"
#include "pipeline/cf/cf_file.h"
#include "pipeline/error.h"
#include "pipeline/ports/local_files.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// What the arrays of all stores share: files of shards that stay open, and their indices.
struct ZarrHandles {
  LocalFiles files{64};
  ShardIndices indices{std::size_t{8} << 20};
};

/// The chunks of an array of a store in a folder: objects of their own, or byte ranges of shards. A chunk or an object that is not there
/// is full of the fill value. May be read by several threads.
class ZarrArray final : public StoredArray {
 public:
  ZarrArray(std::string store, InputArray array, std::shared_ptr<ZarrHandles> handles)
      : store_(std::move(store)), array_(std::move(array)), handles_(std::move(handles)), per_object_(array_.chunks_per_object()) {}

  [[nodiscard]] const std::vector<Index>& chunk() const noexcept override { return array_.chunk; }
  std::size_t read(std::span<const Index> place, std::span<std::byte> out) override;

  /// All texts of a short array of one dimension. Throws as `read`, and Error(Fault::data) when there are too many.
  [[nodiscard]] std::vector<std::string> texts() const;

 private:
  /// The stored bytes of a chunk, in a buffer of the thread; empty when there are none.
  [[nodiscard]] std::span<const std::byte> stored(std::span<const Index> place) const;
  [[nodiscard]] std::span<const std::byte> from_shard(const std::string& path, std::size_t chunk) const;
  [[nodiscard]] std::shared_ptr<const ShardIndex> index_of(const LocalFile& file) const;
  void fill(std::span<std::byte> out) const;
  [[nodiscard]] Error damaged(const Error& why, std::span<const Index> place) const;

  std::string store_;
  InputArray array_;
  std::shared_ptr<ZarrHandles> handles_;
  std::vector<Index> per_object_;
};

}  // namespace terroir
