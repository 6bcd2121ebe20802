#include "pipeline/ports/decode.h"

#include "kernels/clones.h"

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

namespace terroir {
namespace {

constexpr std::array<std::string_view, 10> dtype_names = {"uint8", "int8",   "uint16", "int16",   "uint32",
                                                          "int32", "uint64", "int64",  "float32", "float64"};
constexpr std::array<std::size_t, 10> dtype_bytes = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// A Decoding in terms of the stored type: nodata is what lies in [low, high].
template <class T>
struct Steps {
  T low{}, high{};
  bool nodata = false;
  bool scaled = false;
  double scale = 1, offset = 0;
  int shift = 0;
  std::uint64_t bits_mask = 0;  ///< 0: no bits are extracted
};

template <class T>
void set_nodata(Steps<T>& steps, double value) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    const double slack = std::abs(value) >= 1e37 && std::isfinite(value) ? std::abs(value) * 1e-6 : 0;
    const double greatest = std::numeric_limits<T>::max();
    if (std::isnan(value) || (std::isfinite(value) && std::abs(value) - slack > greatest)) return;
    const auto clipped = [&](double v) {
      return std::isinf(value) ? static_cast<T>(value) : static_cast<T>(std::min(std::max(v, -greatest), greatest));
    };
    steps.low = clipped(value - slack);
    steps.high = clipped(value + slack);
    steps.nodata = true;
  } else {
    // 2^64 and 2^63 are doubles, the greatest 64-bit integers are not.
    const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (!(value >= static_cast<double>(std::numeric_limits<T>::min()) && value < end) || value != std::floor(value)) return;
    steps.low = steps.high = static_cast<T>(value);
    steps.nodata = true;
  }
}

template <class T>
Steps<T> steps_of(const Decoding& decoding) noexcept {
  Steps<T> steps;
  if (decoding.nodata && !decoding.categorical) set_nodata(steps, *decoding.nodata);
  steps.scaled = !decoding.categorical && (decoding.scale != 1 || decoding.offset != 0);
  steps.scale = decoding.scale;
  steps.offset = decoding.offset;
  if (decoding.bits && std::is_integral_v<T>) {
    const auto [lo, hi] = *decoding.bits;
    steps.shift = lo;
    steps.bits_mask = hi - lo >= 63 ? ~std::uint64_t{0} : (std::uint64_t{1} << (hi - lo + 1)) - 1;
  }
  return steps;
}

/// Integers that fit keep float arithmetic narrow: a 16-bit lane becomes a 32-bit one, not a 64-bit one.
template <class T>
using Wide = std::conditional_t<(sizeof(T) < 4), std::int32_t, T>;

template <class T, class Convert>
TERROIR_INLINE void each(const T* in, Index n, const Steps<T>& s, float* out, Convert convert) {
  const T low = s.low, high = s.high;
  if (!s.nodata) {
    for (Index i = 0; i < n; ++i) out[i] = convert(in[i]);
  } else {
    for (Index i = 0; i < n; ++i) out[i] = in[i] >= low && in[i] <= high ? missing : convert(in[i]);
  }
}

/// Whether all valid numbers are at most 2^24 in size.
template <class T>
TERROIR_INLINE bool all_exact(const T* in, Index n, const Steps<T>& s) {
  constexpr T limit = T{1} << 24;
  const T low = s.low, high = s.high;
  const bool nodata = s.nodata;
  T beyond = 0;
  for (Index i = 0; i < n; ++i) {
    const bool valid = !nodata || in[i] < low || in[i] > high;
    bool big = in[i] > limit;
    if constexpr (std::is_signed_v<T>) big = big || in[i] < -limit;
    beyond |= static_cast<T>(big && valid);
  }
  return beyond == 0;
}

template <class T>
TERROIR_INLINE void decode_type(const T* in, Index n, const Steps<T>& s, float* out, bool& exact) {
  const double scale = s.scale, offset = s.offset;
  if constexpr (std::is_integral_v<T>) {
    if (s.bits_mask != 0) {
      using Unsigned = std::make_unsigned_t<T>;
      const int shift = s.shift;
      const auto mask = static_cast<Unsigned>(s.bits_mask);
      const auto extract = [=](T v) { return static_cast<Unsigned>(static_cast<Unsigned>(static_cast<Unsigned>(v) >> shift) & mask); };
      if (s.scaled) return each(in, n, s, out, [=](T v) { return static_cast<float>(static_cast<double>(extract(v)) * scale + offset); });
      return each(in, n, s, out, [=](T v) { return static_cast<float>(extract(v)); });
    }
  }
  if (s.scaled) return each(in, n, s, out, [=](T v) { return static_cast<float>(static_cast<double>(v) * scale + offset); });
  if constexpr (std::is_integral_v<T> && sizeof(T) >= 4) exact = all_exact(in, n, s);
  each(in, n, s, out, [](T v) { return static_cast<float>(static_cast<Wide<T>>(v)); });
}

#define TERROIR_DECODE(NAME, TYPE)                                                                                               \
  TERROIR_INLINE void NAME##_body(const TYPE* in, Index n, const Steps<TYPE>& steps, float* out, bool& exact) {                  \
    decode_type(in, n, steps, out, exact);                                                                                       \
  }                                                                                                                              \
  TERROIR_CLONES(NAME, (const TYPE* in, Index n, const Steps<TYPE>& steps, float* out, bool& exact), (in, n, steps, out, exact)) \
  bool run(const Decoding& decoding, const TYPE* in, Index n, float* out) noexcept {                                             \
    bool exact = true;                                                                                                           \
    NAME(in, n, steps_of<TYPE>(decoding), out, exact);                                                                           \
    return exact;                                                                                                                \
  }

TERROIR_DECODE(decode_uint8, std::uint8_t)
TERROIR_DECODE(decode_int8, std::int8_t)
TERROIR_DECODE(decode_uint16, std::uint16_t)
TERROIR_DECODE(decode_int16, std::int16_t)
TERROIR_DECODE(decode_uint32, std::uint32_t)
TERROIR_DECODE(decode_int32, std::int32_t)
TERROIR_DECODE(decode_uint64, std::uint64_t)
TERROIR_DECODE(decode_int64, std::int64_t)
TERROIR_DECODE(decode_float32, float)
TERROIR_DECODE(decode_float64, double)
#undef TERROIR_DECODE

}  // namespace

std::optional<SampleType> sample_type(std::string_view dtype) noexcept {
  for (std::size_t i = 0; i < dtype_names.size(); ++i)
    if (dtype_names[i] == dtype) return static_cast<SampleType>(i);
  return std::nullopt;
}

std::string_view dtype_name(SampleType type) noexcept { return dtype_names[static_cast<std::size_t>(type)]; }

std::size_t sample_bytes(SampleType type) noexcept { return dtype_bytes[static_cast<std::size_t>(type)]; }

bool is_integer(SampleType type) noexcept { return type < SampleType::float32; }

bool exact_in_float32(SampleType type) noexcept { return type <= SampleType::int16 || type == SampleType::float32; }

bool exact_in_float32(std::string_view dtype) noexcept {
  const auto type = sample_type(dtype);
  return type && exact_in_float32(*type);
}

bool decode(SampleType type, const Decoding& decoding, const void* in, Index n, float* out) noexcept {
  switch (type) {
    case SampleType::uint8: return run(decoding, static_cast<const std::uint8_t*>(in), n, out);
    case SampleType::int8: return run(decoding, static_cast<const std::int8_t*>(in), n, out);
    case SampleType::uint16: return run(decoding, static_cast<const std::uint16_t*>(in), n, out);
    case SampleType::int16: return run(decoding, static_cast<const std::int16_t*>(in), n, out);
    case SampleType::uint32: return run(decoding, static_cast<const std::uint32_t*>(in), n, out);
    case SampleType::int32: return run(decoding, static_cast<const std::int32_t*>(in), n, out);
    case SampleType::uint64: return run(decoding, static_cast<const std::uint64_t*>(in), n, out);
    case SampleType::int64: return run(decoding, static_cast<const std::int64_t*>(in), n, out);
    case SampleType::float32: return run(decoding, static_cast<const float*>(in), n, out);
    case SampleType::float64: return run(decoding, static_cast<const double*>(in), n, out);
  }
  return false;
}

Error read_error(Fault fault, const std::string& path, std::span<const int> bands, const Window& w, const std::string& why) {
  std::string text = path + (bands.size() == 1 ? ": band " : ": bands ");
  for (std::size_t i = 0; i < bands.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(bands[i] + 1);
  const auto range = [](const char* what, Index first, Index end) {
    return std::string(what) + std::to_string(first) + " to " + std::to_string(end - 1);
  };
  return {fault, text + range(", rows ", w.row, w.row_end()) + range(", columns ", w.col, w.col_end()) + ": " + why};
}

}  // namespace terroir
