#include <benchmark/benchmark.h>

#include <cstring>

#include "tests/bench/bench.h"

namespace terroir::bench {
namespace {

constexpr Shape block = {128, 256};  // as the plan of scripts/bench/terrain.yml makes them: with its outputs within an L2

/// Runs terrain kernels over one block that stays in cache; items are pixels.
void terrain(benchmark::State& state, const std::vector<const char*>& names, bool fused) {
  const OwnedBlock in = hills(1, block, {1, 1});
  std::vector<std::shared_ptr<const BoundKernel>> kernels;
  std::vector<const BoundKernel*> views;
  std::vector<OwnedBlock> memory;
  std::vector<Block<float>> out;
  for (const char* name : names) {
    kernels.push_back(kernel(name));
    views.push_back(kernels.back().get());
    memory.emplace_back(1, block);
    out.push_back(memory.back().view());
  }
  const std::vector<double> size(static_cast<std::size_t>(block.rows), 30.0);
  const Block<const float> view = in.view();
  Args args;
  args.in = {&view, 1};
  args.out = out;
  args.ground = {size, size};
  for (auto _ : state) {
    if (fused) {
      views[0]->sweep()(views, args);
    } else {
      for (std::size_t k = 0; k < views.size(); ++k) {
        Args one = args;
        one.out = {&out[k], 1};
        views[k]->run(one);
      }
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * block.area());
}

/// What the memory of this machine copies: the figure to hold the others against.
void memcpy_256_mib(benchmark::State& state) {
  const std::vector<char> from(std::size_t{256} << 20, 1);
  std::vector<char> to(from.size());
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(from.size()));
}

const std::vector<const char*> six = {"slope", "aspect", "hillshade", "tpi", "tri", "roughness"};

BENCHMARK(memcpy_256_mib)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(terrain, slope, {"slope"}, false);
BENCHMARK_CAPTURE(terrain, aspect, {"aspect"}, false);
BENCHMARK_CAPTURE(terrain, hillshade, {"hillshade"}, false);
BENCHMARK_CAPTURE(terrain, tpi, {"tpi"}, false);
BENCHMARK_CAPTURE(terrain, tri, {"tri"}, false);
BENCHMARK_CAPTURE(terrain, roughness, {"roughness"}, false);
BENCHMARK_CAPTURE(terrain, six_one_after_another, six, false);
BENCHMARK_CAPTURE(terrain, six_in_one_sweep, six, true);

}  // namespace
}  // namespace terroir::bench
