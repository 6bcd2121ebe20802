#include "kernels/catalog.h"
#include "kernels/moments.h"
#include "tiling/buffer.h"

#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <random>

namespace terroir {
namespace {

constexpr Shape block_shape{128, 256};

OwnedBlock noise(unsigned seed, double missing) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> chance(0, 1);
  OwnedBlock block(1, block_shape);
  for (Index r = 0; r < block_shape.rows; ++r)
    for (Index c = 0; c < block_shape.cols; ++c)
      block(0, r, c) = chance(random) < missing ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(0.01 + chance(random));
  return block;
}

void count_pixels(benchmark::State& state) {
  state.counters["Mpixel/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * block_shape.area()) / 1e6, benchmark::Counter::kIsRate);
}

void memory_copy(benchmark::State& state) {
  const std::size_t bytes = std::size_t{64} << 20;
  Buffer from(bytes), to(bytes);
  std::memset(from.data(), 1, bytes);
  std::memset(to.data(), 2, bytes);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), bytes);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * static_cast<std::int64_t>(bytes)));
}
BENCHMARK(memory_copy);

void observe(benchmark::State& state) {
  const auto block = noise(1, 0.1);
  std::array<double, moments::size> moments{};
  for (auto _ : state) {
    observe_moments(block.view(), moments);
    benchmark::DoNotOptimize(moments);
  }
  count_pixels(state);
}
BENCHMARK(observe);

/// One process on as many random layers as it takes.
void local_process(benchmark::State& state, const std::string& name, const std::vector<Value::Entry>& settings, std::size_t inputs) {
  const auto binding = find_process(name)->bind(settings);
  if (!binding.kernel) return state.SkipWithError("the settings are wrong");
  const std::size_t count = std::max(inputs, binding.kernel->bands().size());
  std::vector<OwnedBlock> in_blocks, out_blocks;
  std::vector<Block<const float>> in;
  std::vector<Block<float>> out;
  for (std::size_t i = 0; i < count; ++i) in.emplace_back(in_blocks.emplace_back(noise(static_cast<unsigned>(i), 0.05)).view());
  const std::vector<LayerInfo> known(count);
  for (std::size_t i = 0; i < binding.kernel->outputs(known).size(); ++i) out.push_back(out_blocks.emplace_back(1, block_shape).view());
  const std::array<double, moments::size> fitted{100, 0.5, 8, 0, 1};
  Buffer scratch(binding.kernel->scratch_bytes(1, block_shape));
  Args args;
  args.in = in;
  args.out = out;
  args.fitted = fitted;
  args.scratch = scratch.data();
  for (auto _ : state) {
    binding.kernel->run(args);
    benchmark::ClobberMemory();
  }
  count_pixels(state);
}

Value::Entry set(std::string name, const std::string& text) { return {std::move(name), {}, Value::scalar(text)}; }
Value::Entry set(std::string name, Value value) { return {std::move(name), {}, std::move(value)}; }
Value words(const std::vector<std::string>& list) {
  std::vector<Value> items;
  for (const auto& word : list) items.push_back(Value::scalar(word));
  return Value::list(std::move(items));
}

BENCHMARK_CAPTURE(local_process, linear_scale, "linear_scale", {set("factor", "2")}, 1);
BENCHMARK_CAPTURE(local_process, clip, "clip", {set("min", "0.2")}, 1);
BENCHMARK_CAPTURE(local_process, mask_values, "mask_values", {set("values", words({"0", "1", "3", "8", "9", "10"}))}, 2);
BENCHMARK_CAPTURE(local_process, standardize, "standardize", {}, 1);
BENCHMARK_CAPTURE(local_process, normalized_difference, "normalized_difference", {set("x", "N"), set("y", "R")}, 2);
BENCHMARK_CAPTURE(local_process, expression_ndvi, "expression", {set("formula", "(N - R) / (N + R)")}, 1);
BENCHMARK_CAPTURE(local_process, expression_exp, "expression", {set("formula", "exp(-N) * R ** 1.5")}, 1);
BENCHMARK_CAPTURE(local_process, eight_indices, "spectral_index",
                  {set("index", words({"NDVI", "EVI", "SAVI", "NDWI", "NDMI", "NBR", "NDBI", "BI"}))}, 1);

/// Bilinear resampling of a block at `scale` source pixels for each destination pixel.
void resample(benchmark::State& state, const std::string& method, double scale) {
  const auto kernel = find_process("resample")->bind({set("method", method)}).kernel;
  const auto source = noise(1, 0.05);
  const Shape shape{static_cast<Index>(static_cast<double>(block_shape.rows) / scale),
                    static_cast<Index>(static_cast<double>(block_shape.cols) / scale)};
  const OwnedBlock result(1, shape);
  const std::vector<Block<const float>> in = {source.view()};
  const std::vector<Block<float>> out = {result.view()};
  Args args;
  args.in = in;
  args.out = out;
  args.map = {scale, 0, scale, 0, {0, 0, shape.rows, shape.cols}, {0, 0, block_shape.rows, block_shape.cols}};
  for (auto _ : state) {
    kernel->run(args);
    benchmark::ClobberMemory();
  }
  state.counters["Mpixel/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * shape.area()) / 1e6, benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(resample, nearest, "nearest", 0.5);
BENCHMARK_CAPTURE(resample, bilinear_finer, "bilinear", 0.5);
BENCHMARK_CAPTURE(resample, bilinear_coarser, "bilinear", 3);

/// Resampling along control patches that lie a degree askew, as UTM does in degrees, at `scale` source rows for each destination row.
void warp(benchmark::State& state, const std::string& method, double scale) {
  const auto kernel = find_process("resample")->bind({set("method", method)}).kernel;
  const OwnedBlock source = noise(1, 0);
  const Window destination{0, 0, static_cast<Index>(static_cast<double>(block_shape.rows) / scale), block_shape.cols};
  ControlPatch patch{{0, 0, 256, 256}, 64, {}};
  for (Index r = 0; r <= 256; r += 64)
    for (Index c = 0; c <= 256; c += 64) {
      const double y = static_cast<double>(r), x = static_cast<double>(c);
      patch.points.push_back({scale * y + 0.02 * x, x - 0.02 * y});
    }
  const std::vector<std::shared_ptr<const ControlPatch>> patches = {std::make_shared<const ControlPatch>(std::move(patch))};
  const OwnedBlock result(1, destination.shape());
  const std::vector<Block<const float>> in = {source.view()};
  const std::vector<Block<float>> out = {result.view()};
  Args args;
  args.in = in;
  args.out = out;
  args.map.destination = destination;
  args.map.source = args.map.extent = {0, 0, block_shape.rows, block_shape.cols};
  args.map.patches = patches;
  args.map.largest_scale = 8;
  for (auto _ : state) {
    kernel->run(args);
    benchmark::ClobberMemory();
  }
  state.counters["Mpixel/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * destination.shape().area()) / 1e6, benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(warp, nearest, "nearest", 1);
BENCHMARK_CAPTURE(warp, bilinear, "bilinear", 1);
BENCHMARK_CAPTURE(warp, bilinear_widened, "bilinear", 1.25);
BENCHMARK_CAPTURE(warp, cubic, "cubic", 1);
BENCHMARK_CAPTURE(warp, lanczos, "lanczos", 1);
BENCHMARK_CAPTURE(warp, average, "average", 1.25);

}  // namespace
}  // namespace terroir
