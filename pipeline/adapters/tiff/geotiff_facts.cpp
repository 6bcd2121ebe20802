#include "pipeline/adapters/tiff/geotiff_facts.h"

#include "pipeline/adapters/tiff/geo_keys.h"
#include "pipeline/adapters/tiff/tiff_layout.h"
#include "pipeline/adapters/tiff/tiff_tags.h"
#include "pipeline/error.h"
#include "pipeline/ports/chunk_of_blocks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace terroir {
namespace {

using namespace tiff_tag;

/// Whether all of a directory is understood here, or only tells of how the file was made: each tag once, with values of the type that
/// programs write. Readers differ in what they make of others.
bool is_understood(const LocalFile& file, const TiffDirectory& directory) {
  constexpr std::array whole = {new_subfile_type,  image_width,          image_length,  bits_per_sample,   compression,
                                photometric,       fill_order,           strip_offsets, samples_per_pixel, rows_per_strip,
                                strip_byte_counts, planar_configuration, predictor,     tile_width,        tile_length,
                                tile_offsets,      tile_byte_counts,     extra_samples, sample_format,     geo_keys};
  constexpr std::array doubles = {pixel_scale, tie_points, geo_doubles};
  constexpr std::array texts = {geo_texts, gdal_nodata};
  constexpr std::array others = {image_description, x_resolution, y_resolution, resolution_unit, software, date_time};
  const auto has = [](const auto& tags, int tag) { return std::find(tags.begin(), tags.end(), tag) != tags.end(); };
  std::set<int> seen;
  return std::all_of(directory.begin(), directory.end(), [&](const TiffEntry& entry) {
    const bool usual = has(whole, entry.tag)     ? is_whole(entry.type)
                       : has(doubles, entry.tag) ? entry.type == field_type::double_number
                       : has(texts, entry.tag)   ? entry.type == field_type::ascii && entry.count <= longest_text
                                                 : has(others, entry.tag);
    return usual && entry.inside(file) && seen.insert(entry.tag).second;
  });
}

/// Whether bands are shades of grey: neither colours nor transparency, which hides pixels.
bool is_grey(const LocalFile& file, const TiffDirectory& directory, int samples) {
  constexpr std::uint64_t black_is_zero = 1;
  const auto others = read_numbers(file, directory, extra_samples);
  const bool unspecified = std::all_of(others.begin(), others.end(), [](std::uint64_t kind) { return kind == 0; });
  return read_numbers(file, directory, photometric) == std::vector{black_is_zero} && unspecified &&
         others.size() == static_cast<std::size_t>(samples - 1);
}

/// Whether a directory is an overview of the first one, not a mask or another image.
bool is_overview(const LocalFile& file, const TiffDirectory& directory) {
  constexpr std::uint64_t reduced = 1;
  return read_numbers(file, directory, new_subfile_type) == std::vector{reduced};
}

/// Images of one strip that can be read in parts, GDAL takes for many strips: uncompressed and huge ones.
bool has_plain_blocks(const TiffLayout& layout) {
  constexpr Index most = 2000;
  const bool whole = layout.compression != TiffCompression::none && layout.image.rows <= most;
  return layout.tiled || layout.block.rows < layout.image.rows || whole;
}

/// The nodata value of a text, which may be empty; false where GDAL reads it by rules of its own.
bool read_nodata(const std::string& text, SampleType type, std::optional<double>& nodata) {
  if (text.empty()) return true;
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  // It takes what is near the largest float for that.
  constexpr double far = 1e37;
  const bool plain = std::isnan(value) ? text == "nan" : std::abs(value) < far;
  if (failed != std::errc{} || end != text.data() + text.size() || !plain) return false;
  const bool wide = type == SampleType::int64 || type == SampleType::uint64;
  nodata = type == SampleType::float32 ? static_cast<double>(static_cast<float>(value)) : value;
  return !wide;
}

}  // namespace

std::optional<SourceFacts> read_geotiff_facts(const LocalFile& file, CrsReader& crs) try {
  constexpr std::size_t most_directories = 64;
  const TiffDirectories directories = read_tiff_directories(file, most_directories);
  if (directories.list.empty() || !directories.complete || !is_understood(file, directories.list[0])) return std::nullopt;
  for (std::size_t i = 1; i < directories.list.size(); ++i)
    if (!is_overview(file, directories.list[i])) return std::nullopt;
  const TiffDirectory& first = directories.list[0];
  const auto layout = read_tiff_layout(file);
  if (!layout || !has_plain_blocks(*layout) || !is_grey(file, first, layout->samples)) return std::nullopt;
  BandFacts band;
  band.dtype = dtype_name(layout->type);
  if (!read_nodata(read_text(file, first, gdal_nodata), layout->type, band.nodata)) return std::nullopt;
  const auto place = read_geotiff_place(file, first, crs);
  if (!place) return std::nullopt;
  const auto count = static_cast<std::size_t>(layout->samples);
  const bool interleaved = count > 1 && !layout->separate;
  SourceFacts facts;
  facts.path = file.path();
  facts.grid = Grid(place->crs, place->affine, layout->image);
  facts.bands.assign(count, band);
  facts.types.assign(count, layout->type);
  facts.chunk = {1, chunk_of_blocks(layout->block, layout->image, interleaved ? layout->samples : 1)};
  facts.interleaved = interleaved;
  return facts;
} catch (const Error& error) {
  if (error.fault() == Fault::data) return std::nullopt;  // the file became shorter meanwhile
  throw;
}

}  // namespace terroir
