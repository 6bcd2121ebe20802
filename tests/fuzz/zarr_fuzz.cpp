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

}  // namespace

/// Any bytes are either metadata of an array that can be read, or have one mistake with a remedy; the same bytes are no shard's index that
/// leads outside of the shard.
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
  return 0;
}
