#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/bench/bench.h"

/// focal_instructions SIZE TIMES: prepares a 512-pixel block, then runs mean, sd, min and max of SIZE x SIZE windows over it TIMES
/// times, so that the difference of two runs under an instruction counter is what the kernel costs.
int main(int argc, char** argv) {
  using namespace terroir;
  if (argc != 3) return 2;
  std::vector<Value> reducers;
  for (const char* name : {"mean", "sd", "min", "max"}) reducers.push_back(Value::scalar(name));
  const auto kernel = bench::kernel("focal_statistics", {{"reducer", Value::list(reducers)}, {"size", Value::scalar(argv[1])}});
  constexpr Shape block = {512, 512};
  const OwnedBlock in = bench::hills(1, block, kernel->halo());
  const std::vector<OwnedBlock> memory = [&] {
    std::vector<OwnedBlock> blocks;
    for (std::size_t i = 0; i < reducers.size(); ++i) blocks.emplace_back(1, block);
    return blocks;
  }();
  std::vector<Block<float>> out;
  for (const auto& one : memory) out.push_back(one.view());
  Buffer scratch(kernel->scratch_bytes(1, block));
  const Block<const float> view = in.view();
  Args args;
  args.in = {&view, 1};
  args.out = out;
  args.scratch = scratch.data();
  for (int i = 0; i < std::atoi(argv[2]); ++i) kernel->run(args);
  std::printf("%g\n", static_cast<double>(out[1](0, 100, 100)));
}
