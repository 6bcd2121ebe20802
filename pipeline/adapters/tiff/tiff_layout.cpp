#include "pipeline/adapters/tiff/tiff_layout.h"

#include "pipeline/adapters/tiff/tiff_directory.h"
#include "pipeline/adapters/tiff/tiff_tags.h"
#include "pipeline/error.h"

#include <algorithm>
#include <map>

namespace terroir {
namespace {

using namespace tiff_tag;

/// The directory of the first image: its tags of whole numbers.
class Directory {
 public:
  Directory(const LocalFile& file, const TiffDirectory& entries) {
    for (const auto& entry : entries)
      if (is_whole(entry.type) && entry.inside(file)) arrays_[entry.tag] = {entry.offset, entry.count, entry.value_bytes()};
  }

  [[nodiscard]] bool has(int tag) const { return arrays_.contains(tag); }
  [[nodiscard]] TiffArray array(int tag) const {
    const auto found = arrays_.find(tag);
    return found == arrays_.end() ? TiffArray{} : found->second;
  }
  /// The tag's number if all its numbers are the same; `otherwise` without the tag; nothing if they differ or are too many.
  [[nodiscard]] std::optional<std::uint64_t> number(const LocalFile& file, int tag, std::uint64_t otherwise) const {
    constexpr std::uint64_t most = 65535;
    if (!has(tag)) return otherwise;
    const TiffArray where = array(tag);
    if (where.count == 0 || where.count > most) return std::nullopt;
    const auto numbers = read_tiff_array(file, where);
    const bool same = std::all_of(numbers.begin(), numbers.end(), [&](std::uint64_t n) { return n == numbers[0]; });
    return same ? std::optional(numbers[0]) : std::nullopt;
  }

 private:
  std::map<int, TiffArray> arrays_;
};

std::optional<SampleType> type_of(std::uint64_t format, std::uint64_t bits) noexcept {
  const std::string kind = format == 1 ? "uint" : format == 2 ? "int" : format == 3 ? "float" : "";
  return sample_type(kind + std::to_string(bits));
}

std::optional<TiffCompression> compression_of(std::uint64_t number) noexcept {
  switch (number) {
    case 1: return TiffCompression::none;
    case 5: return TiffCompression::lzw;
    case 8:
    case 32946: return TiffCompression::deflate;
    case 50000: return TiffCompression::zstd;
    default: return std::nullopt;
  }
}

bool predictor_known(std::uint64_t predictor, SampleType type) noexcept {
  if (predictor == 1) return true;
  if (predictor == 2) return sample_bytes(type) <= 4;
  return predictor == 3 && type == SampleType::float32;
}

/// Reads numbers of the directory; once one is unusable all is.
class Numbers {
 public:
  Numbers(const LocalFile& file, const Directory& directory) : file_(file), directory_(directory) {}
  std::uint64_t operator()(int tag, std::uint64_t otherwise) {
    const auto number = directory_.number(file_, tag, otherwise);
    good_ = good_ && number.has_value();
    return number.value_or(otherwise);
  }
  [[nodiscard]] bool good() const noexcept { return good_; }

 private:
  const LocalFile& file_;
  const Directory& directory_;
  bool good_ = true;
};

/// Numbers that may be sizes: positive and far from overflow.
bool is_size(std::uint64_t number) noexcept { return number > 0 && number < (std::uint64_t{1} << 31); }

bool set_blocks(TiffLayout& layout, const Directory& directory, Numbers& number) {
  layout.tiled = directory.has(tile_offsets);
  const auto rows = static_cast<std::uint64_t>(layout.image.rows), cols = static_cast<std::uint64_t>(layout.image.cols);
  const std::uint64_t block_rows = layout.tiled ? number(tile_length, 0) : std::min(number(rows_per_strip, rows), rows);
  const std::uint64_t block_cols = layout.tiled ? number(tile_width, 0) : cols;
  if (!number.good() || !is_size(block_rows) || !is_size(block_cols)) return false;
  layout.block = {static_cast<Index>(block_rows), static_cast<Index>(block_cols)};
  layout.offsets = directory.array(layout.tiled ? tile_offsets : strip_offsets);
  layout.byte_counts = directory.array(layout.tiled ? tile_byte_counts : strip_byte_counts);
  const Shape blocks = layout.blocks();
  if (blocks.rows > (Index{1} << 40) / blocks.cols) return false;
  const auto wanted = static_cast<std::uint64_t>(blocks.area()) * static_cast<std::uint64_t>(layout.separate ? layout.samples : 1);
  constexpr std::uint64_t largest = std::uint64_t{1} << 30;
  const bool fits = block_rows <= largest / layout.row_bytes();
  return fits && layout.offsets.count == wanted && layout.byte_counts.count == wanted;
}

}  // namespace

std::optional<TiffLayout> read_tiff_layout(const LocalFile& file) try {
  const TiffDirectories directories = read_tiff_directories(file, 1);
  if (directories.list.empty()) return std::nullopt;
  const Directory directory(file, directories.list[0]);
  Numbers number(file, directory);
  TiffLayout layout;
  const std::uint64_t cols = number(image_width, 0), rows = number(image_length, 0), samples = number(samples_per_pixel, 1);
  const auto type = type_of(number(sample_format, 1), number(bits_per_sample, 1));
  const auto compression = compression_of(number(tiff_tag::compression, 1));
  const std::uint64_t planar = number(planar_configuration, 1), predictor = number(tiff_tag::predictor, 1);
  // Grey, RGB and palettes are stored as they are; other colour spaces may be converted on the way.
  const bool plain = number(new_subfile_type, 0) == 0 && number(fill_order, 1) == 1 && number(photometric, 99) <= 3;
  if (!number.good() || !plain || !type || !compression || !is_size(cols) || !is_size(rows)) return std::nullopt;
  if (samples == 0 || samples > 65535 || planar < 1 || planar > 2) return std::nullopt;
  layout.image = {static_cast<Index>(rows), static_cast<Index>(cols)};
  layout.samples = static_cast<int>(samples);
  layout.separate = planar == 2 && samples > 1;
  layout.type = *type;
  layout.compression = *compression;
  if (layout.compression != TiffCompression::none) {
    if (!predictor_known(predictor, *type)) return std::nullopt;
    layout.predictor = static_cast<int>(predictor);
  }
  return set_blocks(layout, directory, number) ? std::optional(layout) : std::nullopt;
} catch (const Error& error) {
  if (error.fault() == Fault::data) return std::nullopt;  // the file became shorter meanwhile
  throw;
}

std::vector<std::uint64_t> read_tiff_array(const LocalFile& file, const TiffArray& array) {
  std::vector<std::byte> bytes(array.count * array.bytes);
  file.read(array.offset, bytes);
  std::vector<std::uint64_t> numbers(array.count);
  for (std::uint64_t i = 0; i < array.count; ++i) numbers[i] = little_endian(bytes.data() + i * array.bytes, array.bytes);
  return numbers;
}

}  // namespace terroir
