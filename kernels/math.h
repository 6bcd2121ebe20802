#pragma once

#include "kernels/clones.h"

#include <bit>
#include <cmath>
#include <cstdint>

/// Elementary functions for kernels: branch-free, so that loops over them vectorise, and made of basic operations only, so that
/// every CPU gives the same bits (a libm does not). All take and return float. NaN, infinities, zeros and negative arguments are
/// treated as C's functions of the same name treat them. Errors are the largest that the tests find, in units of the last place.
namespace terroir::math {

namespace detail {

inline constexpr double to_integer = 0x1.8p52;  ///< added and taken away, it rounds to the nearest whole number
inline constexpr std::uint64_t mantissa_bits = 0x000fffffffffffff;

/// e^v to 7e-12 for results within a float's range and a little beyond it; outside, +inf or 0 once rounded to float.
TERROIR_INLINE double exp_wide(double v) noexcept {
  v = v > 150 ? 150 : v;
  v = v < -150 ? -150 : v;
  const double shifted = v * 0x1.71547652b82fep0 + to_integer;
  const double n = shifted - to_integer;
  const double r = (v - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
  double p = 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1;
  p = p * r + 1;
  const auto power = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
  return p * std::bit_cast<double>(power);
}

/// ln x to 4e-14 relative, by the series of artanh; x is a float's value, so a normal double. -inf for 0, NaN for x < 0.
TERROIR_INLINE double log_wide(double x) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  double exponent = std::bit_cast<double>((bits >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
  double m = std::bit_cast<double>((bits & mantissa_bits) | 0x3ff0000000000000);
  const bool upper = m > 0x1.6a09e667f3bcdp0;
  m = upper ? 0.5 * m : m;
  exponent = upper ? exponent + 1 : exponent;
  const double s = (m - 1) / (m + 1);
  const double t = s * s;
  double p = 1.0 / 15;
  p = p * t + 1.0 / 13;
  p = p * t + 1.0 / 11;
  p = p * t + 1.0 / 9;
  p = p * t + 1.0 / 7;
  p = p * t + 1.0 / 5;
  p = p * t + 1.0 / 3;
  p = p * t + 1;
  const double result = exponent * 0x1.62e42fefa39efp-1 + 2 * s * p;
  const double infinity = std::bit_cast<double>(0x7ff0000000000000);
  const double beyond = x > 0 ? x : (x == 0 ? -infinity : std::bit_cast<double>(0x7ff8000000000000));
  return x > 0 && x < infinity ? result : beyond;
}

/// Sine and cosine of x reduced by quarter turns, and the number of the quarter in the low bits.
struct Quarter {
  double sine, cosine;
  std::uint64_t number;
};

TERROIR_INLINE Quarter reduce(double x) noexcept {
  const double shifted = x * 0x1.45f306dc9c883p-1 + to_integer;
  const double n = shifted - to_integer;
  // pi/2 in pieces short enough for exact products with n < 2^30.
  const double known = x <= 0x1p30 && x >= -0x1p30 ? 1.0 : std::bit_cast<double>(0x7ff8000000000000);
  const double r = known * (((x - n * 0x1.921fb4p0) - n * 0x1.4442d0p-24) - n * 0x1.8469898cc5170p-48);
  const double t = r * r;
  double s = -1.0 / 39916800;
  s = s * t + 1.0 / 362880;
  s = s * t - 1.0 / 5040;
  s = s * t + 1.0 / 120;
  s = s * t - 1.0 / 6;
  double c = 1.0 / 479001600;
  c = c * t - 1.0 / 3628800;
  c = c * t + 1.0 / 40320;
  c = c * t - 1.0 / 720;
  c = c * t + 1.0 / 24;
  c = c * t - 0.5;
  return {r + r * (t * s), 1 + t * c, std::bit_cast<std::uint64_t>(shifted)};
}

/// `a` where the lowest bit of `number` is 0, else `b`; by masks, because a select on mixed conditions does not vectorise.
TERROIR_INLINE double by_parity(std::uint64_t number, double a, double b) noexcept {
  const std::uint64_t second = 0 - (number & 1);
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(a) & ~second) | (std::bit_cast<std::uint64_t>(b) & second));
}

TERROIR_INLINE double negated_if(std::uint64_t odd, double a) noexcept {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) ^ (odd << 63));
}

TERROIR_INLINE double sine(const Quarter& q) noexcept { return negated_if(q.number >> 1 & 1, by_parity(q.number, q.sine, q.cosine)); }
TERROIR_INLINE double cosine(const Quarter& q) noexcept {
  return negated_if((q.number + 1) >> 1 & 1, by_parity(q.number, q.cosine, q.sine));
}

}  // namespace detail

inline constexpr float pi = 3.14159265f;

TERROIR_INLINE float sqrt(float x) noexcept { return __builtin_sqrtf(x); }
TERROIR_INLINE float abs(float x) noexcept { return __builtin_fabsf(x); }
TERROIR_INLINE float copysign(float size, float sign) noexcept {
  const auto s = std::bit_cast<std::uint32_t>(sign) & 0x80000000u;
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(size) & 0x7fffffffu) | s);
}

/// e^x, 0.51 ulp.
TERROIR_INLINE float exp(float x) noexcept { return static_cast<float>(detail::exp_wide(static_cast<double>(x))); }

/// Natural logarithm, 0.51 ulp.
TERROIR_INLINE float log(float x) noexcept { return static_cast<float>(detail::log_wide(static_cast<double>(x))); }

/// Logarithm to base 2 and to base 10, 0.51 ulp.
TERROIR_INLINE float log2(float x) noexcept { return static_cast<float>(detail::log_wide(static_cast<double>(x)) * 0x1.71547652b82fep0); }
TERROIR_INLINE float log10(float x) noexcept { return static_cast<float>(detail::log_wide(static_cast<double>(x)) * 0x1.bcb7b1526e50ep-2); }

/// x^y, 0.51 ulp. As in C, pow(NaN, 0) and pow(1, NaN) are 1: a kernel for which NaN is nodata must look at its inputs.
TERROIR_INLINE float pow(float base, float power) noexcept {
  const double x = static_cast<double>(base), y = static_cast<double>(power);
  const double size = x < 0 ? -x : x;
  const double result = detail::exp_wide(y * detail::log_wide(size));
  const double half = 0.5 * y;
  const bool whole = __builtin_rint(y) == y;
  const bool odd = whole && __builtin_rint(half) != half;
  const double signed_result = std::bit_cast<std::uint64_t>(x) >> 63 && odd ? -result : result;
  const double defined =
      x < 0 && size < std::bit_cast<double>(0x7ff0000000000000) && !whole ? std::bit_cast<double>(0x7ff8000000000000) : signed_result;
  const bool one = y == 0 || x == 1 || (x == -1 && y - y != 0 && y == y);
  return static_cast<float>(one ? 1.0 : defined);
}

/// Sine, cosine and tangent of x radians, 0.51 ulp for |x| <= 2^30; NaN beyond, where neighbouring floats lie many turns apart.
TERROIR_INLINE float sin(float x) noexcept { return static_cast<float>(detail::sine(detail::reduce(static_cast<double>(x)))); }
TERROIR_INLINE float cos(float x) noexcept { return static_cast<float>(detail::cosine(detail::reduce(static_cast<double>(x)))); }
TERROIR_INLINE float tan(float x) noexcept {
  const auto q = detail::reduce(static_cast<double>(x));
  const double top = detail::by_parity(q.number, q.sine, q.cosine), bottom = detail::by_parity(q.number, q.cosine, q.sine);
  return static_cast<float>(detail::negated_if(q.number & 1, top / bottom));
}

/// Sine and cosine in double to 1e-11, for constants that are prepared once.
TERROIR_INLINE double sin_wide(double x) noexcept { return detail::sine(detail::reduce(x)); }
TERROIR_INLINE double cos_wide(double x) noexcept { return detail::cosine(detail::reduce(x)); }

/// Arc tangent of 0 <= x <= 1, radians; polynomial of SLEEF's atan2f (Boost licence). Summed by Estrin's scheme, whose chain of
/// dependent operations is half as long as Horner's: a loop over pixels waits for it.
TERROIR_INLINE float atan_unit(float x) noexcept {
  const float t = x * x, t2 = t * t, t4 = t2 * t2;
  const float high = (0.00282363896f * t - 0.0159569029f) * t2 + (0.0425049886f * t - 0.0748900920f);
  const float low = (0.106347933f * t - 0.142027363f) * t2 + (0.199926957f * t - 0.333331019f);
  const float u = high * t4 + low;
  return x + x * (t * u);
}

/// Arc tangent, radians; at most 1.8e-7 away (3 ulp).
TERROIR_INLINE float atan(float x) noexcept {
  const float size = abs(x);
  const bool steep = size > 1;
  const float r = atan_unit(steep ? 1 / size : size);
  return copysign(steep ? pi / 2 - r : r, x);
}

/// Angle of the point (x, y) from the x axis, -pi to pi; at most 3.5e-7 away (4 ulp).
TERROIR_INLINE float atan2(float y, float x) noexcept {
  const float a = abs(x), b = abs(y);
  const float longer = a > b ? a : b, shorter = a > b ? b : a;
  const bool origin = longer + shorter == 0;
  const float quotient = longer == shorter ? 1.0f : shorter / longer;
  float r = atan_unit(origin ? 0.0f : quotient);
  r = b > a ? pi / 2 - r : r;
  r = std::bit_cast<std::int32_t>(x) < 0 ? pi - r : r;
  return copysign(r, y);
}

/// Arc sine and arc cosine, radians, NaN outside -1 to 1; at most 4e-7 and 5e-7 away.
TERROIR_INLINE float asin(float x) noexcept { return atan2(x, sqrt((1 - x) * (1 + x))); }
TERROIR_INLINE float acos(float x) noexcept { return atan2(sqrt((1 - x) * (1 + x)), x); }

}  // namespace terroir::math
