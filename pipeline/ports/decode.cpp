#include "pipeline/ports/decode.h"

#include "kernels/clones.h"
#include "tiling/block.h"

#include <cmath>
#include <limits>
#include <type_traits>

namespace terroir {
namespace {

/// Stored numbers from low to high; none as long as nobody has set it.
template <class T>
struct Range {
  T low = 1, high = 0;
  [[nodiscard]] bool empty() const noexcept { return low > high; }
};

/// A Decoding in terms of the stored type.
template <class T>
struct Steps {
  Range<T> nodata, missing;
  T least = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
  T greatest = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  bool limited = false;  ///< `least` and `greatest` count
  bool scaled = false;
  double scale = 1, offset = 0;
  int shift = 0;
  std::uint64_t bits_mask = 0;  ///< 0: no bits are extracted
};

/// The stored numbers that a nodata value means.
template <class T>
Range<T> meant_by(double value) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    const double slack = std::abs(value) >= 1e37 && std::isfinite(value) ? std::abs(value) * 1e-6 : 0;
    const double greatest = std::numeric_limits<T>::max();
    if (std::isnan(value) || (std::isfinite(value) && std::abs(value) - slack > greatest)) return {};
    const auto clipped = [&](double v) {
      return std::isinf(value) ? static_cast<T>(value) : static_cast<T>(std::min(std::max(v, -greatest), greatest));
    };
    return {clipped(value - slack), clipped(value + slack)};
  } else {
    // 2^64 and 2^63 are doubles, the greatest 64-bit integers are not.
    const double end = std::ldexp(1.0, std::numeric_limits<T>::digits), begin = static_cast<double>(std::numeric_limits<T>::min());
    if (std::abs(value) >= std::ldexp(1.0, 53)) {  // as the doubles around it: integers lie closer together there
      const double below = std::nextafter(value, -HUGE_VAL), above = std::nextafter(value, HUGE_VAL);
      if (!(above > begin && below < end)) return {};
      return {below > begin ? static_cast<T>(below) : std::numeric_limits<T>::min(),
              above < end ? static_cast<T>(above) : std::numeric_limits<T>::max()};
    }
    if (!(value >= begin && value < end) || value != std::floor(value)) return {};
    return {static_cast<T>(value), static_cast<T>(value)};
  }
}

/// A limit in the stored type, rounded inward for integers; beyond the type's own range it limits nothing.
template <class T>
void set_limits(Steps<T>& steps, const std::pair<double, double>& valid) noexcept {
  const bool whole = std::is_integral_v<T>;
  const double low = whole ? std::ceil(valid.first) : valid.first, high = whole ? std::floor(valid.second) : valid.second;
  const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (whole ? low > static_cast<double>(std::numeric_limits<T>::lowest()) && low < end : std::isfinite(low))
    steps.least = static_cast<T>(low);
  if (whole ? high >= static_cast<double>(std::numeric_limits<T>::lowest()) && high < end : std::isfinite(high))
    steps.greatest = static_cast<T>(high);
  steps.limited = true;
}

template <class T>
Steps<T> steps_of(const Decoding& decoding) noexcept {
  Steps<T> steps;
  if (decoding.nodata) steps.nodata = meant_by<T>(*decoding.nodata);
  if (decoding.missing) steps.missing = meant_by<T>(*decoding.missing);
  if (decoding.valid) set_limits(steps, *decoding.valid);
  steps.scaled = !decoding.categorical && (decoding.scale != 1 || decoding.offset != 0);
  steps.scale = decoding.scale;
  steps.offset = decoding.offset;
  if (decoding.bits) {
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
  const Range<T> nodata = s.nodata, other = s.missing;
  const T least = s.least, greatest = s.greatest;
  if (s.limited || !other.empty()) {
    for (Index i = 0; i < n; ++i) {
      const bool marked = (in[i] >= nodata.low) & (in[i] <= nodata.high), marked_too = (in[i] >= other.low) & (in[i] <= other.high);
      const bool outside = (in[i] < least) | (in[i] > greatest);
      out[i] = (marked | marked_too | outside) ? no_value : convert(in[i]);
    }
  } else if (!nodata.empty()) {
    for (Index i = 0; i < n; ++i) out[i] = in[i] >= nodata.low && in[i] <= nodata.high ? no_value : convert(in[i]);
  } else {
    for (Index i = 0; i < n; ++i) out[i] = convert(in[i]);
  }
}

/// Whether all valid numbers are at most 2^24 in size.
template <class T>
TERROIR_INLINE bool all_exact(const T* in, Index n, const Steps<T>& s) {
  constexpr T limit = 1 << 24;
  const Range<T> nodata = s.nodata, other = s.missing;
  const T least = s.least, greatest = s.greatest;
  std::conditional_t<std::is_integral_v<T>, T, std::int64_t> beyond = 0;  // as wide as the numbers
  for (Index i = 0; i < n; ++i) {
    const bool valid =
        (in[i] < nodata.low || in[i] > nodata.high) && (in[i] < other.low || in[i] > other.high) && in[i] >= least && in[i] <= greatest;
    bool big = in[i] > limit;
    if constexpr (std::is_signed_v<T>) big = big || in[i] < -limit;
    beyond |= static_cast<decltype(beyond)>(big && valid);
  }
  return beyond == 0;
}

/// Whether all valid numbers become finite floats, or were infinite.
TERROIR_INLINE void all_in_range_body(const double* in, Index n, const Steps<double>& s, bool& good) {
  constexpr double least_infinite = 0x1.ffffffp127;  // half a step beyond the greatest float
  const Range<double> nodata = s.nodata, other = s.missing;
  const double least = s.least, greatest = s.greatest, scale = s.scale, offset = s.offset;
  std::int64_t beyond = 0;  // as wide as the numbers
  for (Index i = 0; i < n; ++i) {
    const bool marked = (in[i] >= nodata.low) & (in[i] <= nodata.high), marked_too = (in[i] >= other.low) & (in[i] <= other.high);
    const bool outside = (in[i] < least) | (in[i] > greatest);
    const double size = std::abs(in[i] * scale + offset);
    const bool lost = (size >= least_infinite) & (std::abs(in[i]) < std::numeric_limits<double>::infinity());
    beyond |= static_cast<std::int64_t>(lost & !(marked | marked_too | outside));
  }
  good = beyond == 0;
}
TERROIR_CLONES(all_in_range, (const double* in, Index n, const Steps<double>& s, bool& good), (in, n, s, good))

/// The bits wanted of a number, as a double. Whole numbers also come as floats, with NaN where a mask hides them.
template <class T>
TERROIR_INLINE double extract_bits(T v, int shift, std::uint64_t mask) {
  if constexpr (std::is_integral_v<T>) {
    using Unsigned = std::make_unsigned_t<T>;
    return static_cast<double>(static_cast<Unsigned>(static_cast<Unsigned>(v) >> shift) & static_cast<Unsigned>(mask));
  } else {
    if (std::isnan(v)) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>((static_cast<std::uint64_t>(static_cast<std::int64_t>(v)) >> shift) & mask);
  }
}

template <class T>
TERROIR_INLINE void decode_type(const T* in, Index n, const Steps<T>& s, float* out) {
  const double scale = s.scale, offset = s.offset;
  const int shift = s.shift;
  const std::uint64_t mask = s.bits_mask;
  if (mask != 0) return each(in, n, s, out, [=](T v) { return static_cast<float>(extract_bits(v, shift, mask) * scale + offset); });
  if (s.scaled) return each(in, n, s, out, [=](T v) { return static_cast<float>(static_cast<double>(v) * scale + offset); });
  each(in, n, s, out, [](T v) { return static_cast<float>(static_cast<Wide<T>>(v)); });
}

template <class T>
bool exact_type(const Decoding& decoding, const T* in, Index n) noexcept {
  if constexpr (!std::is_same_v<T, float> && sizeof(T) >= 4) {
    const Steps<T> steps = steps_of<T>(decoding);
    return steps.scaled || steps.bits_mask != 0 || all_exact(in, n, steps);
  }
  return true;
}

#define TERROIR_DECODE(NAME, TYPE)                                                                                                   \
  TERROIR_INLINE void NAME##_body(const TYPE* in, Index n, const Steps<TYPE>& steps, float* out) { decode_type(in, n, steps, out); } \
  TERROIR_CLONES(NAME, (const TYPE* in, Index n, const Steps<TYPE>& steps, float* out), (in, n, steps, out))                         \
  void run(const Decoding& decoding, const TYPE* in, Index n, float* out) noexcept { NAME(in, n, steps_of<TYPE>(decoding), out); }

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

/// Calls `use` with the numbers as what they are.
template <class Use>
void with_type(SampleType type, const void* in, const Use& use) {
  switch (type) {
    case SampleType::uint8: return use(static_cast<const std::uint8_t*>(in));
    case SampleType::int8: return use(static_cast<const std::int8_t*>(in));
    case SampleType::uint16: return use(static_cast<const std::uint16_t*>(in));
    case SampleType::int16: return use(static_cast<const std::int16_t*>(in));
    case SampleType::uint32: return use(static_cast<const std::uint32_t*>(in));
    case SampleType::int32: return use(static_cast<const std::int32_t*>(in));
    case SampleType::uint64: return use(static_cast<const std::uint64_t*>(in));
    case SampleType::int64: return use(static_cast<const std::int64_t*>(in));
    case SampleType::float32: return use(static_cast<const float*>(in));
    case SampleType::float64: return use(static_cast<const double*>(in));
  }
}

}  // namespace

void decode(SampleType type, const Decoding& decoding, const void* in, Index n, float* out) noexcept {
  with_type(type, in, [&](const auto* numbers) { run(decoding, numbers, n, out); });
}

bool decodes_exactly(SampleType type, const Decoding& decoding, const void* in, Index n) noexcept {
  bool exact = true;
  with_type(type, in, [&](const auto* numbers) { exact = exact_type(decoding, numbers, n); });
  return exact;
}

bool decodes_in_range(const Decoding& decoding, const double* in, Index n) noexcept {
  bool good = true;
  all_in_range(in, n, steps_of<double>(decoding), good);
  return good;
}

std::string text_of(const Window& w) {
  const auto range = [](const char* what, Index first, Index end) {
    return std::string(what) + std::to_string(first) + " to " + std::to_string(end - 1);
  };
  return range("rows ", w.row, w.row_end()) + range(", columns ", w.col, w.col_end());
}

Error read_error(Fault fault, const std::string& path, std::span<const int> bands, const Window& window, const std::string& why) {
  std::string text = path + (bands.size() == 1 ? ": band " : ": bands ");
  for (std::size_t i = 0; i < bands.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(bands[i] + 1);
  return {fault, text + ", " + text_of(window) + ": " + why};
}

}  // namespace terroir
