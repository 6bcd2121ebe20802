#include "pipeline/adapters/gdal/gdal_library.h"
#include "pipeline/adapters/tiff/tile_reader.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <map>
#include <random>

// The direct GeoTIFF reader beside GDAL: a whole image, decoded tile by tile on one core into float32 pixels, and by GDAL into numbers of
// the stored type. Both find the file in the page cache. Rates are bytes of the stored type.
namespace terroir {
namespace {

constexpr int side = 4096, tile = 512;

struct Kind {
  const char* name;
  GDALDataType type;
  int bands;
  std::vector<std::string> options;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> list = {
      {"float32 predictor 3", GDT_Float32, 1, {"COMPRESS=DEFLATE", "PREDICTOR=3"}},
      {"uint16 predictor 2", GDT_UInt16, 1, {"COMPRESS=DEFLATE", "PREDICTOR=2"}},
      {"uint8 x 4 by pixel, predictor 2", GDT_Byte, 4, {"COMPRESS=DEFLATE", "PREDICTOR=2", "INTERLEAVE=PIXEL", "PHOTOMETRIC=MINISBLACK"}},
      {"float32 uncompressed", GDT_Float32, 1, {}},
  };
  return list;
}

/// Hills with noise in their last digits, so that they compress as terrain does.
std::vector<double> hills(bool fractions) {
  std::mt19937 random(7);
  std::vector<double> values(static_cast<std::size_t>(side) * side);
  for (int r = 0; r < side; ++r)
    for (int c = 0; c < side; ++c) {
      const double height = 100 + 80 * std::sin(r / 150.0) * std::cos(c / 110.0) + static_cast<double>(random() % 1000) * 0.003;
      values[static_cast<std::size_t>(r) * side + static_cast<std::size_t>(c)] = fractions ? height : std::floor(height);
    }
  return values;
}

/// The file of a kind, made when it is first asked for.
const std::string& file_of(std::size_t kind) {
  static const test::TempFolder folder;
  static std::map<std::size_t, std::string> made;
  auto [place, is_new] = made.try_emplace(kind, folder / (std::to_string(kind) + ".tif"));
  if (!is_new) return place->second;
  const Kind& k = kinds()[kind];
  test::RasterSpec spec{.cols = side, .rows = side, .bands = k.bands, .type = k.type, .options = k.options};
  for (const std::string option : {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"}) spec.options.push_back(option);
  const test::RasterFile file(place->second, spec);
  const auto values = hills(k.type == GDT_Float32);
  for (int b = 1; b <= k.bands; ++b) file.write(b, values);
  return place->second;
}

void count_bytes(benchmark::State& state, const Kind& kind) {
  state.SetBytesProcessed(state.iterations() * std::int64_t{side} * side * kind.bands * GDALGetDataTypeSizeBytes(kind.type));
}

void direct(benchmark::State& state, std::size_t number) {
  const Kind& kind = kinds()[number];
  const auto reader = TileReader::open(file_of(number), std::make_shared<LocalFiles>(4));
  std::vector<int> bands;
  for (int b = 0; b < kind.bands; ++b) bands.push_back(b);
  const std::vector<double> fills(bands.size(), 0);
  const auto bytes = static_cast<std::size_t>(GDALGetDataTypeSizeBytes(kind.type));
  std::vector<std::vector<std::byte>> planes(bands.size(), std::vector<std::byte>(std::size_t{tile} * tile * bytes));
  std::vector<std::byte*> out;
  for (auto& plane : planes) out.push_back(plane.data());
  for (auto _ : state)
    for (Index r = 0; r < side; r += tile)
      for (Index c = 0; c < side; c += tile) reader->read(bands, fills, {r, c, tile, tile}, {out, tile});
  count_bytes(state, kind);
}

void gdal(benchmark::State& state, std::size_t number) {
  const Kind& kind = kinds()[number];
  start_gdal();
  const std::string& path = file_of(number);
  const auto bytes = static_cast<std::size_t>(GDALGetDataTypeSizeBytes(kind.type));
  std::vector<std::byte> out(std::size_t{tile} * tile * static_cast<std::size_t>(kind.bands) * bytes);
  for (auto _ : state) {
    const DatasetPtr dataset(GDALOpen(path.c_str(), GA_ReadOnly));
    for (int r = 0; r < side; r += tile)
      for (int c = 0; c < side; c += tile)
        if (GDALDatasetRasterIO(dataset.get(), GF_Read, c, r, tile, tile, out.data(), tile, tile, kind.type, kind.bands, nullptr, 0, 0,
                                0) != CE_None)
          state.SkipWithError("GDAL did not read");
  }
  count_bytes(state, kind);
}

const bool registered = [] {
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    const std::string name = kinds()[i].name;
    benchmark::RegisterBenchmark(("direct, " + name).c_str(), direct, i)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("GDAL, " + name).c_str(), gdal, i)->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
}  // namespace terroir
