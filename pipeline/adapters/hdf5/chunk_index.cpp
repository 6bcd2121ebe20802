#include "pipeline/adapters/hdf5/chunk_index.h"

#include "pipeline/error.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace terroir {
namespace {

static_assert(std::endian::native == std::endian::little, "HDF5's metadata are read as they stand");

constexpr std::uint64_t undefined = ~std::uint64_t{0};

/// Bytes of a part of the file, read once; numbers outside of them make the whole part bad.
class PartOfFile {
 public:
  PartOfFile(const LocalFile& file, std::uint64_t offset, std::uint64_t size) {
    good_ = file.holds(offset, size) && size <= limit;
    if (!good_) return;
    bytes_.resize(static_cast<std::size_t>(size));
    file.read(offset, bytes_);
  }
  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  template <class T>
  [[nodiscard]] T get(std::size_t at) {
    T value{};
    if (at > bytes_.size() || bytes_.size() - at < sizeof(T))
      good_ = false;
    else
      std::memcpy(&value, bytes_.data() + at, sizeof(T));
    return value;
  }
  [[nodiscard]] bool begins(const char* signature) const { return size() >= 4 && std::memcmp(bytes_.data(), signature, 4) == 0; }

 private:
  static constexpr std::uint64_t limit = std::uint64_t{64} << 20;
  std::vector<std::byte> bytes_;
  bool good_ = false;
};

/// Looks for the data layout message in an object header of version 1 or 2 and its continuations.
class HeaderScan {
 public:
  explicit HeaderScan(const LocalFile& file) : file_(file) {}

  /// The address of the chunk B-tree; nothing when the layout is another one.
  std::optional<std::uint64_t> tree_of(std::uint64_t header) {
    PartOfFile start(file_, header, 16);
    if (start.begins("OHDR")) {
      scan_version_2(header);
    } else if (start.good() && start.get<std::uint8_t>(0) == 1) {
      scan_block(header + 16, start.get<std::uint32_t>(8), 1, false);
    }
    for (std::size_t i = 0; i < more_.size() && i < 64 && !tree_; ++i) {
      const auto [offset, size, version, ordered] = more_[i];
      if (version == 1)
        scan_block(offset, size, 1, false);
      else if (size > 8)  // "OCHK" before the messages, a checksum behind them
        scan_block(offset + 4, size - 8, 2, ordered);
    }
    return tree_;
  }

 private:
  struct Continuation {
    std::uint64_t offset, size;
    int version;
    bool ordered;
  };

  void scan_version_2(std::uint64_t header) {
    PartOfFile start(file_, header, 48);
    const auto flags = start.get<std::uint8_t>(5);
    const std::size_t at = 6 + ((flags & 0x20U) != 0 ? 16 : 0) + ((flags & 0x10U) != 0 ? 4 : 0);
    const std::size_t width = std::size_t{1} << (flags & 3U);
    const std::uint64_t size = width == 1   ? start.get<std::uint8_t>(at)
                               : width == 2 ? start.get<std::uint16_t>(at)
                               : width == 4 ? start.get<std::uint32_t>(at)
                                            : start.get<std::uint64_t>(at);
    if (start.good()) scan_block(header + at + width, size, 2, (flags & 4U) != 0);
  }

  void scan_block(std::uint64_t offset, std::uint64_t size, int version, bool ordered) {
    PartOfFile block(file_, offset, size);
    const std::size_t head = version == 1 ? 8 : ordered ? 6 : 4;
    for (std::size_t at = 0; block.good() && at + head <= block.size();) {
      const unsigned type = version == 1 ? block.get<std::uint16_t>(at) : block.get<std::uint8_t>(at);
      const std::size_t bytes = block.get<std::uint16_t>(at + (version == 1 ? 2 : 1));
      if (type == 8) return read_layout(block, at + head);
      if (type == 16) more_.push_back({block.get<std::uint64_t>(at + head), block.get<std::uint64_t>(at + head + 8), version, ordered});
      at += head + bytes;
    }
  }

  void read_layout(PartOfFile& block, std::size_t at) {
    constexpr std::uint8_t version = 3, chunked = 2;
    if (block.get<std::uint8_t>(at) != version || block.get<std::uint8_t>(at + 1) != chunked) return;
    const auto address = block.get<std::uint64_t>(at + 3);
    if (block.good()) tree_ = address;
  }

  const LocalFile& file_;
  std::vector<Continuation> more_;
  std::optional<std::uint64_t> tree_;
};

/// Collects the leaves of a B-tree of raw data chunks.
class TreeWalk {
 public:
  TreeWalk(const LocalFile& file, std::span<const Index> chunk, ChunkIndex& index) : file_(file), chunk_(chunk), index_(index) {}

  bool walk(std::uint64_t node, int depth) {
    constexpr int deepest = 32;
    const std::size_t key = 8 + 8 * (chunk_.size() + 1);
    PartOfFile head(file_, node, 24);
    if (depth > deepest || !head.begins("TREE") || head.get<std::uint8_t>(4) != 1) return false;
    const auto level = head.get<std::uint8_t>(5);
    const std::size_t entries = head.get<std::uint16_t>(6);
    PartOfFile body(file_, node + 24, entries * (key + 8));
    for (std::size_t i = 0; i < entries && body.good(); ++i) {
      const std::size_t at = i * (key + 8);
      const auto child = body.get<std::uint64_t>(at + key);
      if (level > 0 ? !walk(child, depth + 1) : !take(body, at, child)) return false;
    }
    return body.good();
  }

 private:
  bool take(PartOfFile& body, std::size_t at, std::uint64_t address) {
    std::vector<Index> place;
    for (std::size_t d = 0; d < chunk_.size(); ++d) {
      const auto offset = static_cast<Index>(body.get<std::uint64_t>(at + 8 + 8 * d));
      if (offset < 0 || offset % chunk_[d] != 0) return false;
      place.push_back(offset / chunk_[d]);
    }
    const auto slot = index_.at(place);
    if (!slot) return true;  // left over from an array that was larger
    index_.chunks[*slot] = {address, body.get<std::uint32_t>(at), body.get<std::uint32_t>(at + 4)};
    return body.good() && file_.holds(address, index_.chunks[*slot].bytes);
  }

  const LocalFile& file_;
  std::span<const Index> chunk_;
  ChunkIndex& index_;
};

}  // namespace

ChunkIndex::ChunkIndex(std::span<const Index> shape, std::span<const Index> chunk) {
  std::size_t all = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    counts.push_back(ceil_div(shape[d], chunk[d]));
    all *= static_cast<std::size_t>(counts.back());
  }
  chunks.resize(all);
}

std::optional<std::size_t> ChunkIndex::at(std::span<const Index> place) const {
  std::size_t slot = 0;
  for (std::size_t d = 0; d < counts.size(); ++d) {
    if (place[d] < 0 || place[d] >= counts[d]) return std::nullopt;
    slot = slot * static_cast<std::size_t>(counts[d]) + static_cast<std::size_t>(place[d]);
  }
  return slot;
}

std::optional<ChunkIndex> walk_chunk_tree(const LocalFile& file, std::uint64_t header, std::span<const Index> shape,
                                          std::span<const Index> chunk) {
  ChunkIndex index(shape, chunk);
  const auto tree = HeaderScan(file).tree_of(header);
  if (!tree) return std::nullopt;
  if (*tree == undefined) return index;  // nothing was ever written
  if (!TreeWalk(file, chunk, index).walk(*tree, 0)) return std::nullopt;
  return index;
}

}  // namespace terroir
