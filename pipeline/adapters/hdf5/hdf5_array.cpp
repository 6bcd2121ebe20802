#include "pipeline/adapters/hdf5/hdf5_array.h"

#include "pipeline/adapters/hdf5/hdf5_dataset.h"
#include "pipeline/codecs/fletcher32.h"
#include "pipeline/codecs/inflate.h"
#include "pipeline/codecs/shuffle.h"
#include "pipeline/error.h"
#include "tiling/lent_buffer.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace terroir {
namespace {

using Room = std::span<std::byte>;

template <class T>
void swap_all(Room numbers, T (*swap)(T)) {
  for (std::size_t at = 0; at + sizeof(T) <= numbers.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, numbers.data() + at, sizeof(T));
    value = swap(value);
    std::memcpy(numbers.data() + at, &value, sizeof(T));
  }
}

void swap_bytes(Room numbers, std::size_t element) {
  switch (element) {
    case 2: return swap_all<std::uint16_t>(numbers, [](std::uint16_t v) { return static_cast<std::uint16_t>(__builtin_bswap16(v)); });
    case 4: return swap_all<std::uint32_t>(numbers, [](std::uint32_t v) { return __builtin_bswap32(v); });
    case 8: return swap_all<std::uint64_t>(numbers, [](std::uint64_t v) { return __builtin_bswap64(v); });
    default: return;
  }
}

/// A chunk behind deflate, and shuffled or not, whose bytes are here.
class DeflatedChunk final : public FetchedChunk {
 public:
  DeflatedChunk(Room out, std::size_t element, bool shuffled, bool swapped) : out_(out), element_(element), swapped_(swapped) {
    if (shuffled) shuffled_.emplace(out.size());
  }
  /// Room for the bytes as they are stored.
  [[nodiscard]] Room room(std::size_t bytes) {
    stored_.reserve(bytes);
    bytes_ = bytes;
    return {stored_.data(), bytes_};
  }

  [[nodiscard]] ZlibStream stream() const noexcept override { return {{stored_.data(), bytes_}, inflated()}; }
  void finish() override {
    if (shuffled_) byte_unshuffle(inflated(), element_, out_);
    if (swapped_) swap_bytes(out_, element_);
  }

 private:
  [[nodiscard]] Room inflated() const noexcept { return shuffled_ ? Room(shuffled_->data(), out_.size()) : out_; }

  Room out_;
  std::size_t element_, bytes_ = 0;
  bool swapped_;
  LentBuffer stored_{0};
  std::optional<LentBuffer> shuffled_;
};

class Hdf5Array final : public StoredArray {
 public:
  Hdf5Array(std::string path, Hdf5Expectation about, Hdf5Dataset storage, std::shared_ptr<LocalFiles> files)
      : path_(std::move(path)), about_(std::move(about)), storage_(std::move(storage)), files_(std::move(files)) {}

  [[nodiscard]] const std::vector<Index>& chunk() const noexcept override { return about_.chunk; }

  std::size_t read(std::span<const Index> place, Room out) override {
    const bool chunked = storage_.index || storage_.fetcher;
    const std::size_t got = chunked ? read_chunk(place, out) : read_contiguous(place, 0, storage_.offset, out.data());
    if (storage_.swapped) swap_bytes(out, about_.element);
    return got;
  }

  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch(std::span<const Index> place, Room out) override {
    const auto& filters = storage_.filters;
    const bool known = filters == std::vector{ChunkFilter::deflate} || filters == std::vector{ChunkFilter::shuffle, ChunkFilter::deflate};
    if (!known || !storage_.index) return nullptr;
    const ChunkBytes chunk = storage_.index->chunks[storage_.index->at(place).value()];
    if (chunk.bytes == 0 || chunk.skipped_filters != 0) return nullptr;
    auto fetched = std::make_unique<DeflatedChunk>(out, about_.element, filters.size() == 2, storage_.swapped);
    files_->open(path_)->read(chunk.offset, fetched->room(chunk.bytes));
    return fetched;
  }

 private:
  [[nodiscard]] Error damaged(const std::string& why) const {
    return {Fault::data, path_ + ": a chunk of '" + about_.dataset + "' " + why + "; get a fresh copy of the file"};
  }

  void fill(Room out) const {
    std::vector<std::byte> element = storage_.fill;
    // What comes out is swapped as stored numbers are.
    if (storage_.swapped) std::reverse(element.begin(), element.end());
    for (std::size_t at = 0; at < out.size(); at += element.size()) std::memcpy(out.data() + at, element.data(), element.size());
  }

  std::size_t read_chunk(std::span<const Index> place, Room out) const {
    thread_local Buffer memory;
    std::uint32_t skipped = 0;
    const Room stored = storage_.index ? located(place, out, memory, skipped) : fetched(place, out.size(), memory, skipped);
    if (stored.empty()) return fill(out), 0;
    std::vector<ChunkFilter> filters;
    for (std::size_t i = 0; i < storage_.filters.size(); ++i)
      if ((skipped >> i & 1U) == 0) filters.push_back(storage_.filters[i]);
    decode(stored, filters, out);
    return stored.size();
  }

  /// The bytes of a chunk whose place is known; of one without filters where they are wanted in the end.
  Room located(std::span<const Index> place, Room out, Buffer& memory, std::uint32_t& skipped) const {
    const ChunkBytes chunk = storage_.index->chunks[storage_.index->at(place).value()];
    skipped = chunk.skipped_filters;
    if (chunk.bytes == 0) return {};
    Room stored = out;
    if (chunk.bytes != out.size() || !storage_.filters.empty()) {
      memory.reserve(chunk.bytes);
      stored = {memory.data(), chunk.bytes};
    }
    files_->open(path_)->read(chunk.offset, stored);
    return stored;
  }

  Room fetched(std::span<const Index> place, std::size_t size, Buffer& memory, std::uint32_t& skipped) const {
    std::vector<Index> first;
    for (std::size_t d = 0; d < place.size(); ++d) first.push_back(place[d] * about_.chunk[d]);
    const std::size_t most = size + size / 2 + 4096;  // filters add little to what they cannot make smaller
    const auto chunk = storage_.fetcher->fetch(first, most, memory);
    if (!chunk.good) throw damaged("cannot be read");
    skipped = chunk.skipped_filters;
    return {memory.data(), chunk.bytes};
  }

  /// Undoes the filters, the last one first.
  void decode(Room bytes, const std::vector<ChunkFilter>& filters, Room out) const {
    thread_local Buffer between;
    for (std::size_t i = filters.size(); i-- > 0;) {
      if (filters[i] == ChunkFilter::fletcher32) {
        bytes = checked(bytes);
        continue;
      }
      between.reserve(out.size() + 4);
      const bool last = std::all_of(filters.begin(), filters.begin() + static_cast<std::ptrdiff_t>(i),
                                    [](ChunkFilter f) { return f == ChunkFilter::fletcher32; });
      // A checksum that was added before is still behind the numbers.
      const std::size_t size =
          out.size() + 4 * static_cast<std::size_t>(
                               std::count(filters.begin(), filters.begin() + static_cast<std::ptrdiff_t>(i), ChunkFilter::fletcher32));
      const bool to_out = last && size == out.size() && bytes.data() != out.data();
      const Room target = to_out ? out : Room(bytes.data() == between.data() ? second(size) : between.data(), size);
      if (filters[i] == ChunkFilter::deflate ? !inflate_zlib(bytes, target) : bytes.size() != size) throw damaged("cannot be decoded");
      if (filters[i] == ChunkFilter::shuffle) byte_unshuffle(bytes, about_.element, target);
      bytes = target;
    }
    if (bytes.size() != out.size()) throw damaged("has the wrong size");
    if (bytes.data() != out.data()) std::memcpy(out.data(), bytes.data(), out.size());
  }

  static std::byte* second(std::size_t size) {
    thread_local Buffer buffer;
    buffer.reserve(size);
    return buffer.data();
  }

  /// The bytes before a checksum.
  [[nodiscard]] Room checked(Room bytes) const {
    if (bytes.size() < 4) throw damaged("is too short");
    const Room data = bytes.first(bytes.size() - 4);
    std::uint32_t stored = 0;
    std::memcpy(&stored, bytes.data() + data.size(), 4);
    // HDF5 before 1.6.3 wrote the bytes of both halves the other way round.
    const std::uint32_t sum = fletcher32(data), old = (sum & 0x00FF00FFU) << 8U | (sum >> 8U & 0x00FF00FFU);
    if (stored != sum && stored != old) throw damaged("has a wrong checksum");
    return data;
  }

  /// Rows of a contiguous dataset that lie in a chunk, into their places of the whole chunk.
  std::size_t read_contiguous(std::span<const Index> place, std::size_t dimension, std::uint64_t offset, std::byte* out) const {
    std::uint64_t file_stride = about_.element;
    std::size_t out_stride = about_.element;
    bool whole = true;  // what lies behind this dimension stands together in the file as in the chunk
    for (std::size_t d = dimension + 1; d < about_.shape.size(); ++d) {
      file_stride *= static_cast<std::uint64_t>(about_.shape[d]);
      out_stride *= static_cast<std::size_t>(about_.chunk[d]);
      whole = whole && about_.chunk[d] == about_.shape[d];
    }
    const Index first = place[dimension] * about_.chunk[dimension];
    const Index count = std::min(about_.chunk[dimension], about_.shape[dimension] - first);
    offset += static_cast<std::uint64_t>(first) * file_stride;
    if (whole) {
      const std::size_t bytes = static_cast<std::size_t>(count) * out_stride;
      files_->open(path_)->read(offset, {out, bytes});
      return bytes;
    }
    std::size_t bytes = 0;
    for (Index i = 0; i < count; ++i)
      bytes += read_contiguous(place, dimension + 1, offset + static_cast<std::uint64_t>(i) * file_stride,
                               out + static_cast<std::size_t>(i) * out_stride);
    return bytes;
  }

  std::string path_;
  Hdf5Expectation about_;
  Hdf5Dataset storage_;
  std::shared_ptr<LocalFiles> files_;
};

}  // namespace

std::unique_ptr<StoredArray> open_hdf5_array(const std::string& path, const Hdf5Expectation& expected, std::shared_ptr<LocalFiles> files) {
  auto storage = describe_hdf5(*files->open(path), expected);
  if (!storage) return nullptr;
  return std::make_unique<Hdf5Array>(path, expected, std::move(*storage), std::move(files));
}

}  // namespace terroir
