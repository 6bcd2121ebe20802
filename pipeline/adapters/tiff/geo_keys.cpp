#include "pipeline/adapters/tiff/geo_keys.h"

#include "pipeline/adapters/tiff/tiff_tags.h"
#include "pipeline/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace terroir {
namespace {

/// Keys of 19-008r4, annex D, and the codes that these have here.
enum Key : int {
  model_type = 1024,
  raster_type = 1025,
  citation = 1026,
  geodetic_crs = 2048,
  geodetic_citation = 2049,
  angular_units = 2054,
  semi_major_axis = 2057,
  inverse_flattening = 2059,
  projected_crs = 3072,
  projected_citation = 3073,
  linear_units = 3076,
};
constexpr int is_projected = 1, is_geographic = 2, pixel_is_area = 1, pixel_is_point = 2, user_defined = 32767, degree = 9102, metre = 9001;

/// Keys by the kind of their value.
struct GeoKeys {
  std::map<int, int> codes;
  std::map<int, double> numbers;

  [[nodiscard]] int code(int key, int otherwise) const {
    const auto found = codes.find(key);
    return found == codes.end() ? otherwise : found->second;
  }
  /// Whether a number, if it is given, is this one.
  [[nodiscard]] bool agrees(int key, double value) const {
    const auto found = numbers.find(key);
    return found == numbers.end() || std::abs(found->second - value) <= 1e-9 * std::abs(value);
  }
};

/// A citation is for people, but some programs hide other systems or units in it.
bool is_plain_citation(int key, const std::string& text) {
  const bool known = key == citation || key == geodetic_citation || key == projected_citation;
  return known && text.find('=') == std::string::npos && text.find("IMAGINE") == std::string::npos;
}

std::optional<GeoKeys> read_keys(const LocalFile& file, const TiffDirectory& directory) {
  const auto words = read_numbers(file, directory, tiff_tag::geo_keys);
  const auto doubles = read_doubles(file, directory, tiff_tag::geo_doubles);
  const std::string texts = read_text(file, directory, tiff_tag::geo_texts);
  if (words.size() < 4 || words[0] != 1 || words[1] != 1 || words.size() != 4 * (words[3] + 1)) return std::nullopt;
  GeoKeys keys;
  for (std::size_t i = 4; i < words.size(); i += 4) {
    const auto key = static_cast<int>(words[i]);
    const std::uint64_t place = words[i + 1], count = words[i + 2], value = words[i + 3];
    if (place == 0 && count == 1) {
      keys.codes[key] = static_cast<int>(value);
    } else if (place == tiff_tag::geo_doubles && count == 1 && value < doubles.size()) {
      keys.numbers[key] = doubles[value];
    } else if (place == tiff_tag::geo_texts && value <= texts.size()) {
      if (!is_plain_citation(key, texts.substr(value, count))) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return keys;
}

/// Whether all keys are known here, and have values that leave the system as its code says.
bool are_plain(const GeoKeys& keys) {
  const std::map<int, std::vector<int>> allowed = {{model_type, {is_projected, is_geographic}},
                                                   {raster_type, {pixel_is_area, pixel_is_point}},
                                                   {angular_units, {degree}},
                                                   {linear_units, {metre}}};
  const int system = keys.code(model_type, 0) == is_projected ? projected_crs : geodetic_crs;
  for (const auto& [key, code] : keys.codes) {
    const auto found = allowed.find(key);
    const bool known = found != allowed.end() && std::find(found->second.begin(), found->second.end(), code) != found->second.end();
    if (!known && (key != system || code == user_defined)) return false;
  }
  for (const auto& [key, number] : keys.numbers)
    if (key != semi_major_axis && key != inverse_flattening) return false;
  return keys.codes.contains(model_type) && keys.codes.contains(system);
}

std::optional<Crs> crs_of(const GeoKeys& keys, CrsReader& reader) try {
  const bool projected = keys.code(model_type, 0) == is_projected;
  // In the place of a withdrawn code GDAL takes what has come after it.
  auto crs = reader.epsg(keys.code(projected ? projected_crs : geodetic_crs, 0));
  if (!crs || crs->geographic == projected) return std::nullopt;
  const bool metres = projected && crs->metres_per_unit == 1;
  if (keys.codes.contains(linear_units) && !metres) return std::nullopt;
  if (!keys.agrees(semi_major_axis, crs->semi_major)) return std::nullopt;
  if (!keys.agrees(inverse_flattening, crs->flattening == 0 ? 0 : 1 / crs->flattening)) return std::nullopt;
  return crs;
} catch (const Error& error) {
  if (error.fault() != Fault::mistake) throw;
  return std::nullopt;  // no system that has a horizontal plane in degrees or metres
}

std::optional<Affine> affine_of(const LocalFile& file, const TiffDirectory& directory, bool point) {
  const auto scale = read_doubles(file, directory, tiff_tag::pixel_scale), tie = read_doubles(file, directory, tiff_tag::tie_points);
  if (scale.size() != 3 || tie.size() != 6 || tie[2] != 0 || tie[5] != 0 || scale[2] != 0) return std::nullopt;
  if (!(scale[0] > 0) || !(scale[1] > 0)) return std::nullopt;
  Affine affine{tie[3] - tie[0] * scale[0], scale[0], tie[4] + tie[1] * scale[1], -scale[1]};
  if (!point) return affine;
  affine.x0 -= affine.dx * 0.5;
  affine.y0 -= affine.dy * 0.5;
  return affine;
}

}  // namespace

std::optional<GeotiffPlace> read_geotiff_place(const LocalFile& file, const TiffDirectory& directory, CrsReader& reader) {
  const auto keys = read_keys(file, directory);
  if (!keys || !are_plain(*keys)) return std::nullopt;
  const auto affine = affine_of(file, directory, keys->code(raster_type, pixel_is_area) == pixel_is_point);
  if (!affine) return std::nullopt;
  const auto crs = crs_of(*keys, reader);
  return crs ? std::optional(GeotiffPlace{*crs, *affine}) : std::nullopt;
}

bool is_meaning_cut_off(const LocalFile& file, const TiffDirectory& directory) {
  using namespace tiff_tag;
  constexpr std::array tags = {pixel_scale, tie_points, model_transformation, geo_keys, geo_doubles, geo_texts, gdal_metadata, gdal_nodata};
  return std::any_of(directory.begin(), directory.end(), [&](const TiffEntry& entry) {
    return std::find(tags.begin(), tags.end(), entry.tag) != tags.end() && entry.value_bytes() != 0 && !entry.inside(file);
  });
}

}  // namespace terroir
