#include "pipeline/codecs/inflate.h"
#include "pipeline/codecs/shuffle.h"

#include <benchmark/benchmark.h>
#include <zlib.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

// Two zlib streams (level 1) of a mebibyte each on one core: one after the other by libdeflate, and both at once. Rates are of what they
// hold: byte-shuffled float32 fields in hundredths, as daily temperatures are, differenced uint16 scenes, and shuffled noise under hills.
namespace terroir {
namespace {

using Bytes = std::vector<std::byte>;
constexpr std::size_t size = std::size_t{1} << 20;

template <class T>
Bytes bytes_of(const std::vector<T>& numbers) {
  Bytes out(numbers.size() * sizeof(T));
  std::memcpy(out.data(), numbers.data(), out.size());
  return out;
}

Bytes shuffled(const std::vector<float>& numbers) {
  const Bytes plain = bytes_of(numbers);
  Bytes out(plain.size());
  byte_shuffle(plain, sizeof(float), out);
  return out;
}

Bytes content(int kind, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> numbers(size / sizeof(float));
  if (kind == 0) {
    for (std::size_t i = 0; i < numbers.size(); ++i)
      numbers[i] = std::round((288 - 20 * std::sin(static_cast<float>(i / 512) * 0.003F) + 3 * normal(random)) * 100) / 100;
    return shuffled(numbers);
  }
  if (kind == 1) {
    std::vector<std::uint16_t> steps(size / 2);
    for (auto& step : steps) step = static_cast<std::uint16_t>(static_cast<int>(std::lround(40 * normal(random))));
    return bytes_of(steps);
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = 1500 + 400 * std::sin(static_cast<float>(i) * 0.001F) + normal(random);
  return shuffled(numbers);
}

void inflate(benchmark::State& state, bool both) {
  std::array<Bytes, 2> packed, out{Bytes(size), Bytes(size)};
  for (unsigned i = 0; i < 2; ++i) {
    const Bytes plain = content(static_cast<int>(state.range(0)), i + 1);
    uLongf length = ::compressBound(size);
    packed[i].resize(length);
    if (::compress2(reinterpret_cast<Bytef*>(packed[i].data()), &length, reinterpret_cast<const Bytef*>(plain.data()), size, 1) != Z_OK)
      state.SkipWithError("it cannot be packed");
    packed[i].resize(length);
  }
  for (auto _ : state) {
    const auto good = both ? inflate_zlib(ZlibStream{packed[0], out[0]}, ZlibStream{packed[1], out[1]})
                           : std::array{inflate_zlib(packed[0], out[0]), inflate_zlib(packed[1], out[1])};
    if (!good[0] || !good[1]) state.SkipWithError("it cannot be inflated");
  }
  constexpr std::array names{"fields", "scenes", "hills"};
  state.SetLabel(std::string(names[static_cast<std::size_t>(state.range(0))]) + ", packed to " +
                 std::to_string(packed[0].size() * 100 / size) + " %");
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * 2 * size));
}
BENCHMARK_CAPTURE(inflate, one_after_the_other, false)->DenseRange(0, 2);
BENCHMARK_CAPTURE(inflate, both_at_once, true)->DenseRange(0, 2);

}  // namespace
}  // namespace terroir
