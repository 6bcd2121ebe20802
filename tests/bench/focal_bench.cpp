#include <benchmark/benchmark.h>

#include <limits>

#include "tests/bench/bench.h"

namespace terroir::bench {
namespace {

Value words(const std::vector<std::string>& list) {
  std::vector<Value> items;
  for (const auto& word : list) items.push_back(Value::scalar(word));
  return Value::list(items);
}

/// Runs focal_statistics over one block that stays in cache, as the plan of scripts/bench/terrain.yml makes them, of which one pixel in
/// `every` is missing (0: none).
void focal(benchmark::State& state, const std::vector<std::string>& reducers, const char* shape, int every) {
  constexpr Shape block = {128, 256};
  const auto size = std::to_string(state.range(0));
  const auto k = kernel("focal_statistics", {{"reducer", words(reducers)}, {"size", Value::scalar(size)}, {"shape", Value::scalar(shape)}});
  const OwnedBlock in = hills(1, block, k->halo());
  Index pixel = 0;
  for (Index r = -k->halo().rows; every > 0 && r < block.rows + k->halo().rows; ++r)
    for (Index c = -k->halo().cols; c < block.cols + k->halo().cols; ++c)
      if (++pixel * 7 % every == 0) in(0, r, c) = std::numeric_limits<float>::quiet_NaN();
  std::vector<OwnedBlock> memory;
  std::vector<Block<float>> out;
  for (std::size_t i = 0; i < reducers.size(); ++i) {
    memory.emplace_back(1, block);
    out.push_back(memory.back().view());
  }
  Buffer scratch(k->scratch_bytes(1, block));
  const Block<const float> view = in.view();
  Args args;
  args.in = {&view, 1};
  args.out = out;
  args.scratch = scratch.data();
  for (auto _ : state) {
    k->run(args);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * block.area());
}

BENCHMARK_CAPTURE(focal, mean_and_sd, {"mean", "sd"}, "square", 0)->Arg(3)->Arg(9)->Arg(51)->Arg(101);
BENCHMARK_CAPTURE(focal, mean_and_sd_gaps, {"mean", "sd"}, "square", 101)->Arg(9)->Arg(51);
BENCHMARK_CAPTURE(focal, mean, {"mean"}, "square", 0)->Arg(9);
BENCHMARK_CAPTURE(focal, sum, {"sum"}, "square", 0)->Arg(9);
BENCHMARK_CAPTURE(focal, min_and_max, {"min", "max"}, "square", 0)->Arg(9)->Arg(51);
BENCHMARK_CAPTURE(focal, all_seven, {"mean", "sd", "min", "max", "sum", "range", "count"}, "square", 101)->Arg(9);
BENCHMARK_CAPTURE(focal, circle, {"mean", "sd"}, "circle", 0)->Arg(9)->Arg(51);
BENCHMARK_CAPTURE(focal, circle_gaps, {"mean", "sd"}, "circle", 101)->Arg(9);

}  // namespace
}  // namespace terroir::bench
