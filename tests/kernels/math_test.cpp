#include "kernels/math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "kernels/clones.h"
#include "tiling/window.h"

namespace terroir {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Distance of a float from the true value in units of the last place of the true value's float.
double ulps(float got, double want) {
  if (static_cast<double>(got) == want) return 0;
  const auto nearest = static_cast<float>(want);
  if (got == nearest && std::isinf(got)) return 0;
  const float size = std::abs(nearest);
  const double spacing = std::max(static_cast<double>(std::nextafter(size, infinity)) - static_cast<double>(size), 0x1p-149);
  return std::abs(static_cast<double>(got) - want) / spacing;
}

/// The largest error over every `stride`th float of [low, high], both of one sign.
double worst(float low, float high, std::uint32_t stride, float (*ours)(float), double (*libm)(double)) {
  double largest = 0;
  const auto a = std::bit_cast<std::uint32_t>(low), b = std::bit_cast<std::uint32_t>(high);
  for (std::uint64_t bits = std::min(a, b); bits <= std::max(a, b); bits += stride) {
    const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    largest = std::max(largest, ulps(ours(x), libm(static_cast<double>(x))));
  }
  return largest;
}

float ours_exp(float x) { return math::exp(x); }
float ours_log(float x) { return math::log(x); }
float ours_log2(float x) { return math::log2(x); }
float ours_log10(float x) { return math::log10(x); }
float ours_sin(float x) { return math::sin(x); }
float ours_cos(float x) { return math::cos(x); }
float ours_tan(float x) { return math::tan(x); }

TEST(Math, ExponentialAndLogarithmsAreNearlyCorrectlyRounded) {
  EXPECT_LE(worst(1e-8f, 100.0f, 211, ours_exp, std::exp), 0.51);
  EXPECT_LE(worst(-1e-8f, -110.0f, 211, ours_exp, std::exp), 0.51);
  EXPECT_LE(worst(0x1p-149f, 3.4e38f, 1009, ours_log, std::log), 0.51);
  EXPECT_LE(worst(0.9f, 1.1f, 1, ours_log, std::log), 0.51);
  EXPECT_LE(worst(0x1p-149f, 3.4e38f, 1009, ours_log2, std::log2), 0.51);
  EXPECT_LE(worst(0x1p-149f, 3.4e38f, 1009, ours_log10, std::log10), 0.51);
}

TEST(Math, TrigonometryIsNearlyCorrectlyRoundedToManyTurns) {
  EXPECT_LE(worst(1e-20f, 0x1p30f, 499, ours_sin, std::sin), 0.51);
  EXPECT_LE(worst(-1e-20f, -0x1p30f, 499, ours_cos, std::cos), 0.51);
  EXPECT_LE(worst(1e-20f, 0x1p30f, 499, ours_tan, std::tan), 0.51);
}

TEST(Math, PowerIsNearlyCorrectlyRounded) {
  double largest = 0;
  for (const float x : {1e-30f, 0.01f, 0.3f, 0.999f, 1.0001f, 1.5f, 7.25f, 1000.0f, 3e20f, -2.0f, -0.7f})
    for (float y = -40; y <= 40; y += x < 0 ? 1.0f : 0.37f)
      largest = std::max(largest, ulps(math::pow(x, y), std::pow(static_cast<double>(x), static_cast<double>(y))));
  EXPECT_LE(largest, 0.51);
}

TEST(Math, ArcFunctionsKeepTheirStatedErrors) {
  double tangent = 0, angle = 0, sine = 0, cosine = 0;
  for (std::uint32_t bits = 0x20000000; bits < 0x7f000000; bits += 97) {
    const auto x = std::bit_cast<float>(bits);
    tangent = std::max(tangent, std::abs(static_cast<double>(math::atan(x)) - std::atan(static_cast<double>(x))));
  }
  for (int i = 0; i < 3'000'000; ++i) {
    const double turn = i * 0.0012345678;
    const auto x = static_cast<float>((1 + i % 17) * std::cos(turn)), y = static_cast<float>((1 + i % 17) * std::sin(turn));
    angle = std::max(angle, std::abs(static_cast<double>(math::atan2(y, x)) - std::atan2(static_cast<double>(y), static_cast<double>(x))));
    const auto u = static_cast<float>(std::sin(turn));
    sine = std::max(sine, std::abs(static_cast<double>(math::asin(u)) - std::asin(static_cast<double>(u))));
    cosine = std::max(cosine, std::abs(static_cast<double>(math::acos(u)) - std::acos(static_cast<double>(u))));
  }
  EXPECT_LE(tangent, 1.8e-7);
  EXPECT_LE(angle, 3.5e-7);
  EXPECT_LE(sine, 4e-7);
  EXPECT_LE(cosine, 5e-7);
}

/// Same value, sign of zero included, or both NaN.
bool alike(float got, float want) {
  return std::isnan(want) ? std::isnan(got) : std::bit_cast<std::uint32_t>(got) == std::bit_cast<std::uint32_t>(want);
}

TEST(Math, SpecialValuesAreThoseOfC) {
  const std::vector<float> special = {0.0f, -0.0f, 1.0f, -1.0f, 2.0f, -2.0f, 3.0f, -3.0f, 0.5f, -0.5f, infinity, -infinity, nan};
  const auto close = [](float got, float want) { return alike(got, want) || std::abs(got - want) <= 4e-7f * std::abs(want); };
  for (const float x : special) {
    EXPECT_TRUE(close(math::exp(x), std::exp(x))) << x;
    EXPECT_TRUE(close(math::log(x), std::log(x))) << x;
    EXPECT_TRUE(close(math::sin(x), std::sin(x))) << x;
    EXPECT_TRUE(close(math::cos(x), std::cos(x))) << x;
    EXPECT_TRUE(close(math::tan(x), std::tan(x))) << x;
    EXPECT_TRUE(close(math::atan(x), std::atan(x))) << x;
    for (const float y : special) {
      EXPECT_TRUE(close(math::pow(x, y), std::pow(x, y))) << x << " ^ " << y << " = " << math::pow(x, y);
      EXPECT_TRUE(close(math::atan2(x, y), std::atan2(x, y))) << x << ", " << y << " = " << math::atan2(x, y);
    }
  }
  EXPECT_EQ(math::exp(89.0f), infinity);
  EXPECT_EQ(math::exp(-104.0f), 0.0f);
  EXPECT_TRUE(std::isnan(math::sin(0x1p31f)));
  EXPECT_TRUE(std::isnan(math::asin(1.5f)));
}

TERROIR_INLINE void all_body(const float* x, float* y, Index n) {
  for (Index i = 0; i < n; ++i)
    y[i] = math::exp(x[i]) + math::log(x[i]) + math::sin(x[i]) * math::cos(x[i]) + math::tan(x[i]) + math::pow(x[i], 0.3f) +
           math::atan2(x[i], 2.0f);
}
TERROIR_CLONES(all, (const float* x, float* y, Index n), (x, y, n))

TEST(Math, EveryCpuLevelGivesTheSameBits) {
  std::vector<float> x, first, other;
  for (float v = 0.001f; v < 50; v *= 1.001f) x.push_back(v);
  first.resize(x.size());
  other.resize(x.size());
  all_v2(x.data(), first.data(), static_cast<Index>(x.size()));
  const CpuLevel best = cpu_level();
  for (const CpuLevel level : {CpuLevel::v3, CpuLevel::v4}) {
    if (level > best) continue;
    set_cpu_level(level);
    all(x.data(), other.data(), static_cast<Index>(x.size()));
    EXPECT_EQ(first, other);
  }
  set_cpu_level(best);
}

}  // namespace
}  // namespace terroir
