#pragma once

/// Tags of TIFF 6.0, of its supplements, and of GeoTIFF 1.1 (OGC 19-008r4).
namespace terroir::tiff_tag {

enum : int {
  new_subfile_type = 254,
  image_width = 256,
  image_length = 257,
  bits_per_sample = 258,
  compression = 259,
  photometric = 262,
  fill_order = 266,
  image_description = 270,
  strip_offsets = 273,
  samples_per_pixel = 277,
  rows_per_strip = 278,
  strip_byte_counts = 279,
  x_resolution = 282,
  y_resolution = 283,
  planar_configuration = 284,
  resolution_unit = 296,
  software = 305,
  date_time = 306,
  predictor = 317,
  tile_width = 322,
  tile_length = 323,
  tile_offsets = 324,
  tile_byte_counts = 325,
  sub_directories = 330,
  extra_samples = 338,
  sample_format = 339,
  pixel_scale = 33550,
  tie_points = 33922,
  model_transformation = 34264,
  exif_directory = 34665,
  geo_keys = 34735,
  geo_doubles = 34736,
  geo_texts = 34737,
  gps_directory = 34853,
  gdal_metadata = 42112,  // registered by GDAL, as the next
  gdal_nodata = 42113,
};

}  // namespace terroir::tiff_tag

/// Types of values (TIFF 6.0, section 2; BigTIFF) that readers tell apart.
namespace terroir::field_type {

enum : int { byte = 1, ascii = 2, short_number = 3, long_number = 4, double_number = 12, long8_number = 16 };

}  // namespace terroir::field_type
