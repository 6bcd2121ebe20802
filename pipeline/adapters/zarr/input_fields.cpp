#include "pipeline/adapters/zarr/input_fields.h"

#include "pipeline/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace terroir {
namespace {

/// "NaN", "Infinity", "-Infinity", or the bits of a number as "0x7fc00000".
std::optional<double> special_number(const std::string& text, std::size_t element) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return infinity;
  if (text == "-Infinity") return -infinity;
  std::uint64_t bits = 0;
  if (!text.starts_with("0x")) return std::nullopt;
  const char* const end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data() + 2, end, bits, 16); read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (element == 8) {
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    return number;
  }
  const auto half = static_cast<std::uint32_t>(bits);
  if (element == 4) {
    float number = 0;
    std::memcpy(&number, &half, sizeof number);
    return number;
  }
  return std::nullopt;
}

template <class T>
bool put(InputArray& array, const InputJson& fill) {
  using Limits = std::numeric_limits<T>;
  T number{};
  if constexpr (std::is_floating_point_v<T>) {
    number = fill.get<T>();
  } else if (fill.is_number_unsigned()) {
    if (!std::in_range<T>(fill.get<std::uint64_t>())) return false;
    number = static_cast<T>(fill.get<std::uint64_t>());
  } else if (fill.is_number_integer()) {
    if (!std::in_range<T>(fill.get<std::int64_t>())) return false;
    number = static_cast<T>(fill.get<std::int64_t>());
  } else {
    // Beyond 2^53 nobody writes a whole number as a fraction.
    const double value = fill.get<double>();
    const double most = std::min(9007199254740992.0, static_cast<double>(Limits::max()));
    if (!(value == std::floor(value) && value >= std::max(-most, static_cast<double>(Limits::min())) && value <= most)) return false;
    number = static_cast<T>(value);
  }
  std::memcpy(array.fill.data(), &number, sizeof number);
  return true;
}

bool put_fill(InputArray& array, const InputJson& fill) {
  switch (*array.type) {
    case SampleType::uint8: return put<std::uint8_t>(array, fill);
    case SampleType::int8: return put<std::int8_t>(array, fill);
    case SampleType::uint16: return put<std::uint16_t>(array, fill);
    case SampleType::int16: return put<std::int16_t>(array, fill);
    case SampleType::uint32: return put<std::uint32_t>(array, fill);
    case SampleType::int32: return put<std::int32_t>(array, fill);
    case SampleType::uint64: return put<std::uint64_t>(array, fill);
    case SampleType::int64: return put<std::int64_t>(array, fill);
    case SampleType::float32: return put<float>(array, fill);
    case SampleType::float64: return put<double>(array, fill);
  }
  return false;
}

/// The product of sizes; nothing beyond 2^62.
std::optional<Index> product(const std::vector<Index>& sizes) {
  constexpr Index most = Index{1} << 62;
  Index all = 1;
  for (const Index size : sizes) {
    if (size != 0 && all > most / size) return std::nullopt;
    all *= size;
  }
  return all;
}

}  // namespace

void refuse_array(const std::string& name, const std::string& why) {
  throw Error(Fault::mistake, "array '" + name + "': " + why + "; get a fresh copy of the store, or write it again");
}

void note_unknown(InputArray& array, const std::string& what) {
  if (array.unreadable.empty()) array.unreadable = what;
}

std::vector<Index> sizes_of(const std::string& name, const InputJson& document, const char* member_name, Index least) {
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  constexpr std::size_t most_dimensions = 32;
  const InputJson& list = member(document, member_name);
  const auto refuse = [&](const std::string& why) { refuse_array(name, "its '" + std::string(member_name) + "' " + why); };
  if (!list.is_array()) refuse("is no list of whole numbers");
  if (list.size() > most_dimensions) refuse("has more than " + std::to_string(most_dimensions) + " dimensions");
  std::vector<Index> sizes;
  for (const InputJson& size : list) {
    if (!size.is_number_integer()) refuse("is no list of whole numbers");
    if (size.is_number_unsigned() ? size.get<std::uint64_t>() > static_cast<std::uint64_t>(most) : size.get<Index>() > most)
      refuse("has " + size.dump() + ", and at most " + std::to_string(most) + " can be read");
    if (size.get<Index>() < least) refuse("has " + size.dump() + ", which is too small");
    sizes.push_back(size.get<Index>());
  }
  return sizes;
}

void check_shape(const InputArray& array) {
  const auto same_rank = [&](const std::vector<Index>& sizes) { return sizes.size() == array.shape.size(); };
  if (!same_rank(array.chunk) || (!array.shard.empty() && !same_rank(array.shard)))
    refuse_array(array.name, "its chunks have not as many dimensions as its shape");
  if (!product(array.shape)) refuse_array(array.name, "its shape is too large to be counted");
  const auto size = product(array.chunk);
  const Index element = static_cast<Index>(std::max(array.element(), array.stored_element()));
  if (!size || *size > static_cast<Index>(largest_chunk) / element)
    refuse_array(array.name, "its chunks are larger than 2 GiB, which cannot be read");
  if (array.shard.empty()) return;
  for (std::size_t d = 0; d < array.shard.size(); ++d)
    if (array.shard[d] % array.chunk[d] != 0) refuse_array(array.name, "its shards are no whole number of chunks");
  const auto chunks = product(array.chunks_per_object());
  if (!chunks || *chunks > most_chunks_of_shard)
    refuse_array(array.name, "its shards have more than " + std::to_string(most_chunks_of_shard) + " chunks, which cannot be read");
}

std::optional<double> read_fill(InputArray& array, const InputJson& fill) {
  if (!array.type) return std::nullopt;
  array.fill.assign(array.element(), std::byte{0});
  if (fill.is_null()) return std::nullopt;
  InputJson number = fill;
  if (fill.is_boolean()) number = fill.get<bool>() ? 1 : 0;
  if (fill.is_string())
    if (const auto special = special_number(fill.get<std::string>(), array.stored_element())) number = *special;
  if (!number.is_number() || !put_fill(array, number)) {
    note_unknown(array, "its fill value " + fill.dump() + " is no number of its type; write it again with another one");
    return std::nullopt;
  }
  return number.get<double>();
}

}  // namespace terroir
