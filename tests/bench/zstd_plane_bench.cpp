#include "pipeline/codecs/zstd.h"
#include "pipeline/codecs/zstd_plane.h"

#include <benchmark/benchmark.h>

#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

// Planes of 256 x 256 bytes on one core: compressed by zstd's search at level 1, and with the matches beside and above. Rates are of what
// they hold: the high bytes of a slope in degrees, of a difference from the mean around, the middle bytes of a smooth surface, and noise.
namespace terroir {
namespace {

constexpr std::size_t side = 256;
enum Kind : std::uint8_t { slopes, differences, surface, noise };

std::vector<std::byte> plane_of(Kind kind) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 1);
  std::vector<std::byte> out;
  for (std::size_t i = 0; i < side * side; ++i) {
    const float hill = 4 + 3 * std::sin(static_cast<float>(i % side) * 0.03F) * std::cos(static_cast<float>(i / side) * 0.02F);
    const float value = kind == slopes        ? std::hypot(hill + normal(random), hill + normal(random))
                        : kind == differences ? normal(random)
                        : kind == surface     ? 1500 + 100 * hill
                                              : static_cast<float>(random());
    const auto bits = std::bit_cast<std::uint32_t>(value);
    out.push_back(static_cast<std::byte>(kind == surface ? bits >> 16U : kind == noise ? bits >> 4U : bits >> 24U));
  }
  return out;
}

void compress(benchmark::State& state, bool plane) {
  const auto kind = static_cast<Kind>(state.range(0));
  const auto in = plane_of(kind);
  std::vector<std::byte> out(zstd_bound(in.size()));
  std::size_t bytes = 0;
  for (auto _ : state) bytes = plane ? zstd_compress_plane(in, {side, 0}, out) : zstd_compress(in, 1, out);
  constexpr std::array names{"slope", "difference", "surface", "noise"};
  state.SetLabel(std::string(names[kind]) + ", packed to " + std::to_string(bytes * 1000 / in.size()) + " per mille");
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(in.size()));
}
BENCHMARK_CAPTURE(compress, by_search, false)->DenseRange(0, 3);
BENCHMARK_CAPTURE(compress, by_neighbours, true)->DenseRange(0, 3);

}  // namespace
}  // namespace terroir
