#include "pipeline/adapters/zarr/zarr_array.h"

#include "pipeline/adapters/zarr/chunk_decoder.h"
#include "pipeline/adapters/zarr/texts.h"
#include "tiling/buffer.h"

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

std::span<std::byte> stored_room(std::size_t bytes) {
  thread_local Buffer buffer;
  buffer.reserve(bytes);
  return {buffer.data(), bytes};
}

/// Codecs make little more of what they cannot compress; a chunk of far more bytes is none.
std::size_t most_stored(const InputArray& array) { return 2 * stored_chunk_bytes(array) + 65536; }

void check_size(const InputArray& array, std::uint64_t bytes) {
  if (array.text != InputArray::Text::lengths && bytes > most_stored(array))
    throw Error(Fault::data, "it has " + std::to_string(bytes) + " bytes, more than its numbers take");
}

}  // namespace

std::size_t ZarrArray::read(std::span<const Index> place, std::span<std::byte> out) {
  try {
    const auto bytes = stored(place);
    if (bytes.data() == nullptr) return fill(out), 0;
    decode_chunk(array_, bytes, out);
    return bytes.size();
  } catch (const Error& error) {
    if (error.fault() != Fault::data) throw;
    throw damaged(error, place);
  }
}

std::vector<std::string> ZarrArray::texts() const {
  constexpr Index most = 65536;
  std::vector<std::string> all;
  const Index size = array_.shape.at(0), chunk = array_.chunk.at(0);
  if (size > most) throw Error(Fault::data, store_ + ": '" + array_.name + "' has more than " + std::to_string(most) + " texts");
  for (Index at = 0; at * chunk < size; ++at) {
    const std::vector<Index> place = {at};
    try {
      const auto bytes = stored(place);
      std::vector<std::string> some;
      if (array_.text == InputArray::Text::lengths && bytes.data() != nullptr) some = decode_texts(array_, bytes);
      if (array_.text == InputArray::Text::fixed && bytes.data() != nullptr) {
        std::vector<std::byte> decoded(stored_chunk_bytes(array_));
        decode_chunk(array_, bytes, decoded);
        some = texts_of_width(decoded, array_.characters);
      }
      some.resize(static_cast<std::size_t>(std::min(chunk, size - at * chunk)));
      all.insert(all.end(), some.begin(), some.end());
    } catch (const Error& error) {
      if (error.fault() != Fault::data) throw;
      throw damaged(error, place);
    }
  }
  return all;
}

std::span<const std::byte> ZarrArray::stored(std::span<const Index> place) const {
  std::vector<Index> object(place.begin(), place.end());
  std::size_t inside = 0;
  for (std::size_t d = 0; d < object.size(); ++d) {
    inside = inside * static_cast<std::size_t>(per_object_[d]) + static_cast<std::size_t>(object[d] % per_object_[d]);
    object[d] /= per_object_[d];
  }
  const std::string path = store_ + "/" + array_.key(object);
  if (!array_.shard.empty()) return from_shard(path, inside);
  const auto file = LocalFile::find(path);
  if (!file) return {};
  check_size(array_, file->size());
  const auto bytes = stored_room(std::max<std::size_t>(file->size(), 1)).first(file->size());
  file->read(0, bytes);
  return bytes;
}

std::span<const std::byte> ZarrArray::from_shard(const std::string& path, std::size_t chunk) const {
  const auto file = handles_->files.find(path);
  if (!file) return {};
  const ShardEntry entry = index_of(*file)->at(chunk);
  if (!entry.stored()) return {};
  check_size(array_, entry.bytes);
  const auto bytes = stored_room(std::max<std::size_t>(entry.bytes, 1)).first(entry.bytes);
  file->read(entry.offset, bytes);
  return bytes;
}

std::shared_ptr<const ShardIndex> ZarrArray::index_of(const LocalFile& file) const {
  if (auto kept = handles_->indices.find(file.path())) return kept;
  std::size_t chunks = 1;
  for (const Index count : per_object_) chunks *= static_cast<std::size_t>(count);
  std::vector<std::byte> bytes(shard_index_bytes(chunks, array_.index_checked));
  if (file.size() < bytes.size()) throw Error(Fault::data, "the shard is shorter than its index");
  file.read(array_.index_first ? 0 : file.size() - bytes.size(), bytes);
  auto index = std::make_shared<const ShardIndex>(parse_shard_index(bytes, array_.index_checked, file.size()));
  handles_->indices.keep(file.path(), index);
  return index;
}

void ZarrArray::fill(std::span<std::byte> out) const {
  const std::size_t element = array_.fill.size();
  if (element == 0) return static_cast<void>(std::memset(out.data(), 0, out.size()));
  for (std::size_t at = 0; at + element <= out.size(); at += element) std::memcpy(out.data() + at, array_.fill.data(), element);
}

Error ZarrArray::damaged(const Error& why, std::span<const Index> place) const {
  std::string text;
  for (const Index at : place) text += (text.empty() ? "" : ", ") + std::to_string(at);
  return {Fault::data, store_ + ": chunk (" + text + ") of '" + array_.name + "' cannot be decoded (" + why.what() +
                           "); get a fresh copy of the store, or write it again"};
}

}  // namespace terroir
