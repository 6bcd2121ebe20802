#include "pipeline/adapters/zarr/input_fields.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

namespace terroir {
namespace {

static_assert(std::endian::native == std::endian::little);

std::string dtype_text(const InputJson& dtype) { return dtype.is_string() ? dtype.get<std::string>() : dtype.dump(); }

/// "<f4", "|u1", ">i2", "<U12".
void read_dtype(InputArray& array, const InputJson& dtype) {
  const std::string text = dtype_text(dtype);
  std::size_t size = 0;
  const char *const first = text.data() + std::min<std::size_t>(2, text.size()), *const end = text.data() + text.size();
  const auto number = std::from_chars(first, end, size);
  const bool shaped = dtype.is_string() && number.ec == std::errc() && number.ptr == end && size > 0 && size <= 4096;
  const char order = text.empty() ? ' ' : text[0], kind = text.size() < 2 ? ' ' : text[1];
  array.swapped = order == '>' && size > 1;
  if (shaped && kind == 'U') {
    array.text = InputArray::Text::fixed;
    array.characters = size;
    return;
  }
  const std::string bits = std::to_string(8 * size);
  if (shaped && kind == 'b' && size == 1) array.type = SampleType::uint8;
  if (shaped && kind == 'i') array.type = sample_type("int" + bits);
  if (shaped && kind == 'u') array.type = sample_type("uint" + bits);
  if (shaped && kind == 'f') array.type = sample_type("float" + bits);
  array.half = shaped && kind == 'f' && size == 2;
  if (array.half) array.type = SampleType::float32;
  if (!array.type) note_unknown(array, "its type '" + text + "' is none of numbers that are read here; convert it to float32");
}

bool same_type(const InputJson& filter, const char* name, const InputJson& dtype) {
  const InputJson& given = member(filter, name);
  return given.is_null() || given == dtype;
}

void read_filter(InputArray& array, const InputJson& filter, const InputJson& dtype) {
  const std::string id = text_member(filter, "id", filter.dump());
  if (id == "vlen-utf8" && dtype == "|O") {
    array.text = InputArray::Text::lengths;
    array.unreadable.clear();
    return;
  }
  const bool same = same_type(filter, "dtype", dtype) && same_type(filter, "astype", dtype);
  if (id == "bitround" || (id == "quantize" && same)) return;  // done once, when it was written
  if (id == "shuffle") {
    const InputJson& size = member(filter, "elementsize");
    const auto element = size.is_number_unsigned() ? size.get<std::uint64_t>() : 4;
    if (element == 1 || element == 2 || element == 4 || element == 8)
      return array.codecs.push_back({ChunkCodec::Kind::shuffle, static_cast<std::size_t>(element)});
  }
  if (id == "delta" && same && array.type && is_integer(*array.type) && !array.swapped)
    return array.codecs.push_back({ChunkCodec::Kind::delta, array.element()});
  const std::string of = id == "delta" && array.swapped && array.type && is_integer(*array.type) ? " of big-endian numbers" : "";
  note_unknown(array, "its filter '" + id + "'" + of + " is not known here; write it again without filters");
}

void read_compressor(InputArray& array, const InputJson& compressor) {
  if (compressor.is_null()) return;
  constexpr std::array known = {std::pair{"blosc", ChunkCodec::Kind::blosc}, std::pair{"zstd", ChunkCodec::Kind::zstd},
                                std::pair{"gzip", ChunkCodec::Kind::gzip}, std::pair{"zlib", ChunkCodec::Kind::zlib}};
  const std::string id = text_member(compressor, "id", compressor.dump());
  for (const auto& [name, kind] : known)
    if (id == name) return array.codecs.push_back({kind, 1});
  note_unknown(array, "its compressor '" + id + "' is not known here; write it again with " + known_codecs);
}

}  // namespace

InputArray input_array_v2(const std::string& name, const InputJson& document, const InputJson& attributes) {
  InputArray array;
  array.name = name;
  if (attributes.is_object()) array.attributes = attributes;
  array.shape = sizes_of(name, document, "shape", 0);
  array.chunk = sizes_of(name, document, "chunks", 1);
  const InputJson& dtype = member(document, "dtype");
  if (dtype.is_null()) refuse_array(name, "it has no 'dtype'");
  read_dtype(array, dtype);
  for (const InputJson& filter : member(document, "filters")) read_filter(array, filter, dtype);
  read_compressor(array, member(document, "compressor"));
  const std::string order = text_member(document, "order", "C");
  if (order != "C" && order != "F") refuse_array(name, "its 'order' is neither C nor F");
  if (order == "F")
    for (std::size_t d = array.shape.size(); d-- > 0;) array.order.push_back(d);
  const std::string separator = text_member(document, "dimension_separator", ".");
  if (separator != "." && separator != "/") refuse_array(name, "its 'dimension_separator' is neither . nor /");
  array.separator = separator[0];
  array.missing = read_fill(array, member(document, "fill_value"));
  for (const InputJson& dimension : member(attributes, "_ARRAY_DIMENSIONS"))
    array.dimensions.push_back(dimension.is_string() ? dimension.get<std::string>() : "");
  check_shape(array);
  return array;
}

}  // namespace terroir
