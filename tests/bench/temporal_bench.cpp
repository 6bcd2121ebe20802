#include "kernels/catalog.h"
#include "tiling/buffer.h"

#include <benchmark/benchmark.h>

#include <limits>
#include <random>

namespace terroir {
namespace {

OwnedBlock noise(Index times, Shape shape, double missing) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> chance(0, 1);
  OwnedBlock block(times, shape);
  for (Index t = 0; t < times; ++t)
    for (Index r = 0; r < shape.rows; ++r)
      for (Index c = 0; c < shape.cols; ++c)
        block(t, r, c) = chance(random) < missing ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(chance(random));
  return block;
}

/// Mpixel/s of output and GB/s of input of one reducer, a fifth of the values missing.
void reduce_time(benchmark::State& state, const std::string& reducer, Index times, Shape shape) {
  std::vector<Value::Entry> settings = {{"reducer", {}, Value::scalar(reducer)}};
  if (reducer == "quantiles") settings.push_back({"probabilities", {}, Value::scalar("0.9")});
  const auto kernel = find_process("reduce_time")->bind(settings).kernel;
  const auto in_block = noise(times, shape, 0.2);
  const OwnedBlock out_block(1, shape);
  const std::vector<Block<const float>> in = {in_block.view()};
  const std::vector<Block<float>> out = {out_block.view()};
  Buffer scratch(kernel->scratch_bytes(times, shape));
  std::vector<double> planes(static_cast<std::size_t>(kernel->state_planes() * shape.area()));
  Args args;
  args.in = in;
  args.out = out;
  args.scratch = scratch.data();
  for (auto _ : state) {
    if (kernel->time_use() == TimeUse::series) {
      kernel->run(args);
    } else {
      const StateView view{planes.data(), shape};
      kernel->init(view);
      kernel->advance(in, view);
      kernel->finish(view, out);
    }
    benchmark::ClobberMemory();
  }
  const auto pixels = static_cast<double>(state.iterations() * shape.area());
  state.counters["Mpixel/s"] = benchmark::Counter(pixels / 1e6, benchmark::Counter::kIsRate);
  state.SetBytesProcessed(state.iterations() * shape.area() * times * 4);
}
BENCHMARK_CAPTURE(reduce_time, median_12, "median", 12, {64, 256});
BENCHMARK_CAPTURE(reduce_time, median_365, "median", 365, {8, 256});
BENCHMARK_CAPTURE(reduce_time, quantile_7305, "quantiles", 7305, {1, 64});
BENCHMARK_CAPTURE(reduce_time, mean_365, "mean", 365, {8, 256});
BENCHMARK_CAPTURE(reduce_time, sd_365, "sd", 365, {8, 256});
BENCHMARK_CAPTURE(reduce_time, max_365, "max", 365, {8, 256});
BENCHMARK_CAPTURE(reduce_time, count_365, "count", 365, {8, 256});

}  // namespace
}  // namespace terroir
