#include "pipeline/adapters/zarr/cf_attributes.h"
#include "pipeline/adapters/zarr/chunk_decoder.h"
#include "pipeline/adapters/zarr/shard_index.h"
#include "pipeline/error.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace terroir;

void require(bool truth) {
  if (!truth) std::abort();
}

/// What has been accepted can be counted, and has the sizes that reading relies on.
void check(const InputArray& array, int format) {
  (void)cf_attributes(array, format);
  if (!array.unreadable.empty()) return;
  require(array.chunk.size() == array.shape.size());
  require(stored_chunk_bytes(array) <= largest_chunk && array.chunk_size() * array.element() <= largest_chunk);
  require(array.order.empty() || array.order.size() == array.shape.size());
  require(!array.type || array.fill.size() == array.element());
  require(!array.key(array.shape).empty());
  for (const Index count : array.chunks_per_object()) require(count >= 1 && count <= most_chunks_of_shard);
}

template <class Parse>
void parse(int format, const Parse& parse_array) {
  try {
    check(parse_array(), format);
  } catch (const Error& error) {
    require(error.fault() == Fault::mistake && std::string(error.what()).find("; ") != std::string::npos);
  }
}

/// The bytes of a chunk of 256 numbers, or of texts, by each codec.
void decode(std::span<const std::byte> bytes) {
  InputArray array;
  array.shape = array.chunk = {16, 16};
  array.type = SampleType::int32;
  std::vector<std::byte> out(array.chunk_size() * array.element());
  const auto attempt = [](const auto& reading) {
    try {
      reading();
    } catch (const Error& error) {
      require(error.fault() == Fault::data);
    }
  };
  using Kind = ChunkCodec::Kind;
  for (const Kind kind : {Kind::blosc, Kind::zstd, Kind::gzip, Kind::zlib, Kind::shuffle, Kind::delta, Kind::crc32c}) {
    array.codecs = {{kind, 4}};
    attempt([&] { decode_chunk(array, bytes, out); });
    if (kind == Kind::blosc || kind == Kind::zstd) attempt([&] { (void)decode_texts(array, bytes); });
  }
  array.codecs.clear();
  attempt([&] { (void)decode_texts(array, bytes); });
}

}  // namespace

/// Any bytes are either metadata of an array that can be read, or have one mistake with a remedy; the same bytes are no shard's index that
/// leads outside of the shard, and no chunk that is more than its numbers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  parse(3, [&] { return input_array_v3("a", parse_document(bytes, "zarr.json")); });
  parse(2, [&] {
    const InputJson document = parse_document(bytes, ".zarray");
    return input_array_v2("a", document, member(document, "attributes"));
  });
  try {
    for (const ShardEntry& entry : parse_shard_index(bytes, false, size))
      require(!entry.stored() || (entry.offset <= size && entry.bytes <= size - entry.offset));
  } catch (const Error& error) {
    require(error.fault() == Fault::data);
  }
  decode(bytes);
  return 0;
}
