#include "pipeline/adapters/tiff/tiff_directory.h"

#include "pipeline/adapters/tiff/tiff_tags.h"
#include "pipeline/error.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

namespace terroir {
namespace {

/// Of the two kinds of TIFF: bytes of a directory's count of entries, of an entry, and of its value, which is an offset when the value
/// does not fit.
struct Format {
  std::size_t count, entry, value;
};
constexpr Format classic{2, 12, 4}, big{8, 20, 8};

/// Reads the directory at `offset`, and sets it to the place of the next, 0 after the last. False when it does not lie inside the file.
bool read_directory(const LocalFile& file, const Format& format, std::uint64_t& offset, TiffDirectory& directory) {
  constexpr std::uint64_t most = 4096;
  std::array<std::byte, 8> number{};
  if (!file.holds(offset, format.count)) return false;
  file.read(offset, std::span(number).first(format.count));
  const std::uint64_t count = little_endian(number.data(), format.count), first = offset + format.count;
  if (count > most || !file.holds(first, count * format.entry + format.value)) return false;
  std::vector<std::byte> bytes(count * format.entry + format.value);
  file.read(first, bytes);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::byte* const at = bytes.data() + i * format.entry;
    TiffEntry entry{static_cast<int>(little_endian(at, 2)), static_cast<int>(little_endian(at + 2, 2)), little_endian(at + 4, format.value),
                    first + (i + 1) * format.entry - format.value};
    const bool here = entry.value_bytes() == 0 || entry.count <= format.value / entry.value_bytes();
    if (!here) entry.offset = little_endian(at + format.entry - format.value, format.value);
    directory.push_back(entry);
  }
  offset = little_endian(bytes.data() + count * format.entry, format.value);
  return true;
}

/// The bytes of a tag that has one of the types; none without it.
std::vector<std::byte> bytes_of(const LocalFile& file, const TiffDirectory& directory, int tag, bool (*wanted)(int type),
                                std::size_t& value_bytes) {
  const auto entry = std::find_if(directory.begin(), directory.end(), [&](const TiffEntry& e) { return e.tag == tag; });
  if (entry == directory.end() || !wanted(entry->type) || !entry->inside(file)) return {};
  value_bytes = entry->value_bytes();
  if (entry->count * value_bytes > longest_text) return {};
  std::vector<std::byte> bytes(entry->count * value_bytes);
  file.read(entry->offset, bytes);
  return bytes;
}

void append(std::string& text, std::uint64_t number) {
  for (std::size_t i = 0; i < sizeof number; ++i) text.push_back(static_cast<char>(number >> 8 * i & 0xFFU));
}

/// Appends what an entry says; false when that is more than its bytes.
bool append(std::string& text, const LocalFile& file, const TiffEntry& entry) {
  using namespace tiff_tag;
  constexpr std::array elsewhere = {sub_directories, exif_directory, gps_directory};
  if (std::find(elsewhere.begin(), elsewhere.end(), entry.tag) != elsewhere.end()) return false;
  append(text, static_cast<std::uint64_t>(entry.tag));
  append(text, static_cast<std::uint64_t>(entry.type));
  append(text, entry.count);
  constexpr std::array places = {strip_offsets, strip_byte_counts, tile_offsets, tile_byte_counts};
  if (std::find(places.begin(), places.end(), entry.tag) != places.end()) return true;
  if (!entry.inside(file) || entry.count * entry.value_bytes() > longest_text) return false;
  const std::size_t before = text.size();
  text.resize(before + entry.count * entry.value_bytes());
  file.read(entry.offset, std::as_writable_bytes(std::span(text).subspan(before)));
  return text.size() <= longest_text;
}

/// Whether a directory says where its pixels lie, and in which CRS.
bool is_placed(const TiffDirectory& directory) {
  const auto has = [&](int tag) { return std::any_of(directory.begin(), directory.end(), [&](const auto& e) { return e.tag == tag; }); };
  return has(tiff_tag::geo_keys) && (has(tiff_tag::model_transformation) || (has(tiff_tag::pixel_scale) && has(tiff_tag::tie_points)));
}

}  // namespace

bool is_whole(int type) noexcept {
  using namespace field_type;
  return type == byte || type == short_number || type == long_number || type == long8_number;
}

std::vector<std::uint64_t> read_numbers(const LocalFile& file, const TiffDirectory& directory, int tag) {
  std::size_t size = 1;
  const auto bytes = bytes_of(file, directory, tag, is_whole, size);
  std::vector<std::uint64_t> numbers;
  for (std::size_t at = 0; at < bytes.size(); at += size) numbers.push_back(little_endian(&bytes[at], size));
  return numbers;
}

std::vector<double> read_doubles(const LocalFile& file, const TiffDirectory& directory, int tag) {
  std::size_t size = 1;
  const auto bytes = bytes_of(
      file, directory, tag, [](int type) { return type == field_type::double_number; }, size);
  std::vector<double> numbers;
  for (std::size_t at = 0; at < bytes.size(); at += size) numbers.push_back(std::bit_cast<double>(little_endian(&bytes[at], size)));
  return numbers;
}

std::string read_text(const LocalFile& file, const TiffDirectory& directory, int tag) {
  std::size_t size = 1;
  const auto bytes = bytes_of(
      file, directory, tag, [](int type) { return type == field_type::ascii; }, size);
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.substr(0, text.find('\0'));
}

std::uint64_t little_endian(const std::byte* at, std::size_t bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(at[i]);
  return value;
}

std::size_t TiffEntry::value_bytes() const noexcept {
  // BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, IFD; and LONG8, SLONG8, IFD8.
  constexpr std::array<std::size_t, 19> sizes = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
  return type >= 0 && static_cast<std::size_t>(type) < sizes.size() ? sizes[static_cast<std::size_t>(type)] : 0;
}

bool TiffEntry::inside(const LocalFile& file) const noexcept {
  return value_bytes() != 0 && count <= file.size() && file.holds(offset, count * value_bytes());
}

TiffDirectories read_tiff_directories(const LocalFile& file, std::size_t most) {
  TiffDirectories found;
  std::array<std::byte, 16> head{};
  if (!file.holds(0, head.size())) return found;
  file.read(0, head);
  if (head[0] != std::byte{'I'} || head[1] != std::byte{'I'}) return found;
  const std::uint64_t version = little_endian(&head[2], 2);
  const bool is_big = version == 43 && little_endian(&head[4], 2) == 8;
  if (version != 42 && !is_big) return found;
  std::uint64_t offset = is_big ? little_endian(&head[8], 8) : little_endian(&head[4], 4);
  while (offset != 0 && found.list.size() < most) {
    TiffDirectory directory;
    if (!read_directory(file, is_big ? big : classic, offset, directory)) return found;
    found.list.push_back(std::move(directory));
  }
  found.complete = offset == 0;
  return found;
}

std::optional<std::string> geotiff_text(const LocalFile& file) try {
  constexpr std::size_t most = 64;
  const TiffDirectories directories = read_tiff_directories(file, most);
  if (directories.list.empty() || !directories.complete || !is_placed(directories.list[0])) return std::nullopt;
  std::string text;
  for (const auto& directory : directories.list) {
    append(text, directory.size());
    for (const auto& entry : directory)
      if (!append(text, file, entry)) return std::nullopt;
  }
  return text;
} catch (const Error& error) {
  if (error.fault() == Fault::data) return std::nullopt;  // the file became shorter meanwhile
  throw;
}

}  // namespace terroir
