#include "pipeline/adapters/zarr/input_fields.h"

#include <algorithm>
#include <array>

namespace terroir {
namespace {

std::string name_of(const InputJson& named) {
  return named.is_string() ? named.get<std::string>() : text_member(named, "name", named.dump());
}

const InputJson& configuration(const InputJson& named) { return member(named, "configuration"); }

void read_type(InputArray& array, const InputJson& type) {
  const std::string name = name_of(type);
  if (name == "string") {
    array.text = InputArray::Text::lengths;
    return;
  }
  if (name == "fixed_length_utf32") {
    const InputJson& bytes = member(configuration(type), "length_bytes");
    array.characters = bytes.is_number_unsigned() ? static_cast<std::size_t>(bytes.get<std::uint64_t>() / sizeof(char32_t)) : 0;
    if (array.characters > 0 && array.characters <= 4096) {
      array.text = InputArray::Text::fixed;
      return;
    }
  }
  array.type = name == "bool" ? SampleType::uint8 : sample_type(name);
  array.half = name == "float16";
  if (array.half) array.type = SampleType::float32;
  if (!array.type) note_unknown(array, "its type '" + name + "' is none of numbers that are read here; convert it to float32");
}

void read_transpose(InputArray& array, const InputJson& codec) {
  const std::vector<Index> order = sizes_of(array.name, configuration(codec), "order", 0);
  std::vector<Index> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t d = 0; d < sorted.size(); ++d)
    if (sorted[d] != static_cast<Index>(d)) refuse_array(array.name, "its transpose is no order of its dimensions");
  if (order.size() != array.shape.size()) refuse_array(array.name, "its transpose is no order of its dimensions");
  std::vector<std::size_t> joined;
  // A second one orders what the first one has ordered.
  for (const Index d : order) {
    const auto place = static_cast<std::size_t>(d);
    joined.push_back(array.order.empty() ? place : array.order[place]);
  }
  array.order = std::move(joined);
}

/// Codecs from the numbers of a chunk to bytes.
void read_chunk_codecs(InputArray& array, const InputJson& codecs) {
  constexpr std::array known = {std::pair{"blosc", ChunkCodec::Kind::blosc}, std::pair{"zstd", ChunkCodec::Kind::zstd},
                                std::pair{"gzip", ChunkCodec::Kind::gzip}, std::pair{"crc32c", ChunkCodec::Kind::crc32c}};
  if (!codecs.is_array()) refuse_array(array.name, "its 'codecs' are no list");
  int compressors = 0;
  for (const InputJson& codec : codecs) {
    const std::string name = name_of(codec);
    if (name == "transpose") {
      read_transpose(array, codec);
    } else if (name == "bytes") {
      array.swapped = array.stored_element() > 1 && text_member(configuration(codec), "endian", "little") == "big";
    } else if (name != "vlen-utf8" || array.text != InputArray::Text::lengths) {
      const auto* found = std::find_if(known.begin(), known.end(), [&](const auto& one) { return name == one.first; });
      if (found == known.end())
        return note_unknown(array, "its codec '" + name + "' is not known here; write it again with " + known_codecs);
      compressors += found->second == ChunkCodec::Kind::crc32c ? 0 : 1;
      array.codecs.push_back({found->second, 1});
    }
  }
  if (compressors > 1)
    note_unknown(array, std::string("it is compressed twice, which is not known here; write it again with ") + known_codecs);
}

void read_index_codecs(InputArray& array, const InputJson& codecs) {
  array.index_checked = false;
  if (!codecs.is_array()) refuse_array(array.name, "its 'index_codecs' are no list");
  for (const InputJson& codec : codecs) {
    const std::string name = name_of(codec);
    const bool little = name == "bytes" && text_member(configuration(codec), "endian", "little") == "little";
    if (name == "crc32c" && !array.index_checked)
      array.index_checked = true;
    else if (!little)
      note_unknown(array, "the index of its shards has the codec '" + name + "', which is not known here; write it with bytes and crc32c");
  }
}

void read_codecs(InputArray& array, const InputJson& codecs) {
  const auto is_shards = [](const InputJson& codec) { return name_of(codec) == "sharding_indexed"; };
  if (!codecs.is_array() || std::none_of(codecs.begin(), codecs.end(), is_shards)) return read_chunk_codecs(array, codecs);
  if (codecs.size() != 1)
    return note_unknown(array, "it has other codecs around its shards, which are not known here; write it again without");
  const InputJson& shards = configuration(codecs[0]);
  array.shard = std::exchange(array.chunk, sizes_of(array.name, shards, "chunk_shape", 1));
  const std::string place = text_member(shards, "index_location", "end");
  if (place != "start" && place != "end") refuse_array(array.name, "its 'index_location' is neither start nor end");
  array.index_first = place == "start";
  const InputJson& inner = member(shards, "codecs");
  if (inner.is_array() && std::any_of(inner.begin(), inner.end(), is_shards))
    return note_unknown(array, "it has shards in shards, which are not known here; write it again with one kind");
  read_chunk_codecs(array, inner);
  read_index_codecs(array, member(shards, "index_codecs"));
}

void read_keys(InputArray& array, const InputJson& encoding) {
  const std::string name = name_of(encoding);
  const bool plain = name == "v2";
  if (!plain && name != "default")
    return note_unknown(array, "its chunks are named by '" + name + "', which is not known here; write it again");
  const std::string separator = text_member(configuration(encoding), "separator", plain ? "." : "/");
  if (separator != "." && separator != "/") refuse_array(array.name, "its 'separator' is neither . nor /");
  array.separator = separator[0];
  if (!plain) array.key_prefix = "c" + separator;
}

}  // namespace

InputArray input_array_v3(const std::string& name, const InputJson& document) {
  InputArray array;
  array.name = name;
  if (member(document, "attributes").is_object()) array.attributes = document["attributes"];
  array.shape = sizes_of(name, document, "shape", 0);
  for (const InputJson& dimension : member(document, "dimension_names"))
    array.dimensions.push_back(dimension.is_string() ? dimension.get<std::string>() : "");
  const InputJson& type = member(document, "data_type");
  if (type.is_null()) refuse_array(name, "it has no 'data_type'");
  read_type(array, type);
  const InputJson& grid = member(document, "chunk_grid");
  array.chunk = array.shape;
  if (name_of(grid) != "regular") {
    for (Index& size : array.chunk) size = 1;
    note_unknown(array, "its chunks are '" + name_of(grid) + "', which is not known here; write it again with regular ones");
    return array;
  }
  array.chunk = sizes_of(name, configuration(grid), "chunk_shape", 1);
  read_codecs(array, member(document, "codecs"));
  read_keys(array, member(document, "chunk_key_encoding"));
  if (const InputJson& more = member(document, "storage_transformers"); more.is_array() && !more.empty())
    note_unknown(array, "it has storage transformers, which are not known here; write it again without");
  (void)read_fill(array, member(document, "fill_value"));
  check_shape(array);
  return array;
}

}  // namespace terroir
