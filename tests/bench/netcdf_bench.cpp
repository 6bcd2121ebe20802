#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/commands/open_sources.h"
#include "pipeline/ports/decode.h"
#include "tiling/buffer.h"

#include <benchmark/benchmark.h>
#include <netcdf.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

// Reading a stack of days: every chunk of it, decoded on one core into float32 pixels by the reader of runs, and by netCDF-C. The file is
// daily.nc of scripts/bench/make_climate.py, named by TERROIR_STACK. Rates are bytes of the decoded numbers.
namespace terroir {
namespace {

std::string stack() {
  const char* path = std::getenv("TERROIR_STACK");
  return path == nullptr ? "" : path;
}

struct Opened {
  ProjCrsReader crs;
  std::unique_ptr<SourceOpener> opener = make_source_opener(crs);
  std::unique_ptr<Source> source = opener->open(stack(), {"tas", {}});
};

void report(benchmark::State& state, const Source& source) {
  const Index pixels = source.times().steps() * source.grid().shape().area();
  state.SetBytesProcessed(state.iterations() * pixels * 4);
}

void by_terroir(benchmark::State& state) {
  if (stack().empty()) return state.SkipWithError("TERROIR_STACK names no file");
  const Opened opened;
  Source& source = *opened.source;
  const ChunkShape chunk = source.chunk();
  const Shape all = source.grid().shape();
  const auto count = static_cast<std::size_t>(chunk.area());
  Buffer stored(count * 4), pixels(count * 4);
  std::byte* const out = stored.data();
  const int band = 0;
  Decoding decoding;
  decoding.nodata = source.bands()[0].nodata;
  for (auto _ : state)
    for (Index t = 0; t * chunk.times < source.times().steps(); ++t)
      for (Index r = 0; r * chunk.shape.rows < all.rows; ++r)
        for (Index c = 0; c * chunk.shape.cols < all.cols; ++c) {
          (void)source.read_chunk({&band, 1}, {t, r, c}, {&out, 1});
          decode(SampleType::float32, decoding, out, chunk.area(), reinterpret_cast<float*>(pixels.data()));
          benchmark::DoNotOptimize(pixels.data());
        }
  report(state, source);
}

void by_netcdf(benchmark::State& state) {
  if (stack().empty()) return state.SkipWithError("TERROIR_STACK names no file");
  const Opened opened;
  const Source& source = *opened.source;
  const ChunkShape chunk = source.chunk();
  const Shape all = source.grid().shape();
  std::vector<float> numbers(static_cast<std::size_t>(chunk.area()));
  for (auto _ : state) {
    int file = 0, variable = 0;
    nc_open(stack().c_str(), NC_NOWRITE, &file);
    nc_inq_varid(file, "tas", &variable);
    for (Index t = 0; t < source.times().steps(); t += chunk.times)
      for (Index r = 0; r < all.rows; r += chunk.shape.rows)
        for (Index c = 0; c < all.cols; c += chunk.shape.cols) {
          const std::size_t start[] = {static_cast<std::size_t>(t), static_cast<std::size_t>(r), static_cast<std::size_t>(c)};
          const std::size_t size[] = {static_cast<std::size_t>(std::min(chunk.times, source.times().steps() - t)),
                                      static_cast<std::size_t>(std::min(chunk.shape.rows, all.rows - r)),
                                      static_cast<std::size_t>(std::min(chunk.shape.cols, all.cols - c))};
          nc_get_vara_float(file, variable, start, size, numbers.data());
          benchmark::DoNotOptimize(numbers.data());
        }
    nc_close(file);
  }
  report(state, source);
}

BENCHMARK(by_terroir)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(by_netcdf)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace terroir
