#include "pipeline/adapters/tiff/stored_numbers.h"

#include "kernels/clones.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace terroir {
namespace {

template <int Step, class T>
TERROIR_INLINE void gather_fixed(const T* in, Index count, T* out) {
  for (Index i = 0; i < count; ++i) out[i] = in[i * Step];
}

/// The usual counts of bands are known when the loops are compiled, so that they become shuffles.
template <class T>
TERROIR_INLINE void gather_type(const std::byte* from, Index step, Index count, std::byte* to) {
  const T* in = reinterpret_cast<const T*>(from);
  T* out = reinterpret_cast<T*>(to);
  switch (step) {
    case 2: return gather_fixed<2>(in, count, out);
    case 3: return gather_fixed<3>(in, count, out);
    case 4: return gather_fixed<4>(in, count, out);
    default:
      for (Index i = 0; i < count; ++i) out[i] = in[i * step];
  }
}

TERROIR_INLINE void gather_bytes_body(std::size_t bytes, const std::byte* in, Index step, Index count, std::byte* out) {
  switch (bytes) {
    case 1: return gather_type<std::uint8_t>(in, step, count, out);
    case 2: return gather_type<std::uint16_t>(in, step, count, out);
    case 4: return gather_type<std::uint32_t>(in, step, count, out);
    default: return gather_type<std::uint64_t>(in, step, count, out);
  }
}
TERROIR_CLONES(gather_bytes, (std::size_t bytes, const std::byte* in, Index step, Index count, std::byte* out),
               (bytes, in, step, count, out))

template <class T>
std::array<std::byte, 8> bytes_of(double value) noexcept {
  T number{};
  if constexpr (std::is_floating_point_v<T>) {
    constexpr double greatest = std::numeric_limits<T>::max();
    number = static_cast<T>(std::isfinite(value) ? std::clamp(value, -greatest, greatest) : value);
  } else if (!std::isnan(value)) {
    const double rounded = std::floor(value + 0.5);
    const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (rounded >= end)
      number = std::numeric_limits<T>::max();
    else
      number = rounded <= static_cast<double>(std::numeric_limits<T>::min()) ? std::numeric_limits<T>::min() : static_cast<T>(rounded);
  }
  std::array<std::byte, 8> out{};
  std::memcpy(out.data(), &number, sizeof(T));
  return out;
}

}  // namespace

void gather(SampleType type, const std::byte* in, Index step, Index count, std::byte* out) noexcept {
  gather_bytes(sample_bytes(type), in, step, count, out);
}

std::array<std::byte, 8> stored_number(SampleType type, double value) noexcept {
  switch (type) {
    case SampleType::uint8: return bytes_of<std::uint8_t>(value);
    case SampleType::int8: return bytes_of<std::int8_t>(value);
    case SampleType::uint16: return bytes_of<std::uint16_t>(value);
    case SampleType::int16: return bytes_of<std::int16_t>(value);
    case SampleType::uint32: return bytes_of<std::uint32_t>(value);
    case SampleType::int32: return bytes_of<std::int32_t>(value);
    case SampleType::uint64: return bytes_of<std::uint64_t>(value);
    case SampleType::int64: return bytes_of<std::int64_t>(value);
    case SampleType::float32: return bytes_of<float>(value);
    case SampleType::float64: return bytes_of<double>(value);
  }
  return {};
}

}  // namespace terroir
