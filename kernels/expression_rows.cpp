#include "kernels/expression_rows.h"

#include "kernels/clones.h"
#include "kernels/math.h"

#include <limits>

namespace terroir::formula {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TERROIR_INLINE bool missing(float a, float b) { return __builtin_isunordered(a, b); }
TERROIR_INLINE float truth(bool t) { return t ? 1.0F : 0.0F; }

struct Negate {
  TERROIR_INLINE static float of(float a) { return -a; }
};
struct Inverse {
  TERROIR_INLINE static float of(float a) { return missing(a, a) ? nan : truth(a == 0); }
};
struct Abs {
  TERROIR_INLINE static float of(float a) { return math::abs(a); }
};
struct Sqrt {
  TERROIR_INLINE static float of(float a) { return math::sqrt(a); }
};
struct Exp {
  TERROIR_INLINE static float of(float a) { return math::exp(a); }
};
struct Log {
  TERROIR_INLINE static float of(float a) { return a > 0 ? math::log(a) : nan; }
};
struct Log10 {
  TERROIR_INLINE static float of(float a) { return a > 0 ? math::log10(a) : nan; }
};
struct Sin {
  TERROIR_INLINE static float of(float a) { return math::sin(a); }
};
struct Cos {
  TERROIR_INLINE static float of(float a) { return math::cos(a); }
};
struct Tan {
  TERROIR_INLINE static float of(float a) { return math::tan(a); }
};
struct Asin {
  TERROIR_INLINE static float of(float a) { return math::asin(a); }
};
struct Acos {
  TERROIR_INLINE static float of(float a) { return math::acos(a); }
};
struct Atan {
  TERROIR_INLINE static float of(float a) { return math::atan(a); }
};
struct Floor {
  TERROIR_INLINE static float of(float a) { return __builtin_floorf(a); }
};
struct Ceil {
  TERROIR_INLINE static float of(float a) { return __builtin_ceilf(a); }
};
/// (1 - e^-2|x|) / (1 + e^-2|x|) in double, and the first two terms of the series where that would cancel.
struct Tanh {
  TERROIR_INLINE static float of(float a) {
    const double x = static_cast<double>(math::abs(a));
    const double e = math::detail::exp_wide(-2 * x);
    const double series = x - x * x * x * (1.0 / 3);
    return math::copysign(static_cast<float>(x < 1e-3 ? series : (1 - e) / (1 + e)), a);
  }
};

struct Add {
  TERROIR_INLINE static float of(float a, float b) { return a + b; }
};
struct Subtract {
  TERROIR_INLINE static float of(float a, float b) { return a - b; }
};
struct Multiply {
  TERROIR_INLINE static float of(float a, float b) { return a * b; }
};
struct Divide {
  TERROIR_INLINE static float of(float a, float b) { return b == 0 ? nan : a / b; }
};
/// Unlike C's pow, missing when either is; and 0 to a negative power is a division by zero.
struct Power {
  TERROIR_INLINE static float of(float a, float b) {
    const float power = math::pow(a, b);
    return missing(a, b) || (a == 0 && b < 0) ? nan : power;
  }
};
struct Less {
  TERROIR_INLINE static float of(float a, float b) { return missing(a, b) ? nan : truth(a < b); }
};
struct LessEqual {
  TERROIR_INLINE static float of(float a, float b) { return missing(a, b) ? nan : truth(a <= b); }
};
struct Equal {
  TERROIR_INLINE static float of(float a, float b) { return missing(a, b) ? nan : truth(a == b); }
};
struct NotEqual {
  TERROIR_INLINE static float of(float a, float b) { return missing(a, b) ? nan : truth(a != b); }
};
struct Both {
  TERROIR_INLINE static float of(float a, float b) { return missing(a, b) ? nan : truth(a != 0) * truth(b != 0); }
};
struct Either {
  TERROIR_INLINE static float of(float a, float b) { return missing(a, b) ? nan : 1 - truth(a == 0) * truth(b == 0); }
};
struct Min {
  TERROIR_INLINE static float of(float a, float b) { return missing(a, b) ? nan : (b < a ? b : a); }
};
struct Max {
  TERROIR_INLINE static float of(float a, float b) { return missing(a, b) ? nan : (b > a ? b : a); }
};
struct Atan2 {
  TERROIR_INLINE static float of(float a, float b) { return math::atan2(a, b); }
};

template <class F>
TERROIR_INLINE void unary(const float* a, float* to, Index n) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) to[i] = F::of(a[i]);
}

template <class F>
TERROIR_INLINE void binary(const float* a, const float* b, float* to, Index n) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) to[i] = F::of(a[i], b[i]);
}

TERROIR_INLINE void choose(const float* condition, const float* a, const float* b, float* to, Index n) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const float c = condition[i], x = a[i], y = b[i];
    const float chosen = c != 0 ? x : y;
    to[i] = c == c ? chosen : nan;
  }
}

TERROIR_INLINE void operate_body(Op op, const float* a, const float* b, const float* c, float* to, Index n) {
  switch (op) {
    case Op::number:
    case Op::name:
      for (Index i = 0; i < n; ++i) to[i] = a[i];
      return;
    case Op::negate: return unary<Negate>(a, to, n);
    case Op::inverse: return unary<Inverse>(a, to, n);
    case Op::abs: return unary<Abs>(a, to, n);
    case Op::sqrt: return unary<Sqrt>(a, to, n);
    case Op::exp: return unary<Exp>(a, to, n);
    case Op::log: return unary<Log>(a, to, n);
    case Op::log10: return unary<Log10>(a, to, n);
    case Op::sin: return unary<Sin>(a, to, n);
    case Op::cos: return unary<Cos>(a, to, n);
    case Op::tan: return unary<Tan>(a, to, n);
    case Op::asin: return unary<Asin>(a, to, n);
    case Op::acos: return unary<Acos>(a, to, n);
    case Op::atan: return unary<Atan>(a, to, n);
    case Op::tanh: return unary<Tanh>(a, to, n);
    case Op::floor: return unary<Floor>(a, to, n);
    case Op::ceil: return unary<Ceil>(a, to, n);
    case Op::add: return binary<Add>(a, b, to, n);
    case Op::subtract: return binary<Subtract>(a, b, to, n);
    case Op::multiply: return binary<Multiply>(a, b, to, n);
    case Op::divide: return binary<Divide>(a, b, to, n);
    case Op::power: return binary<Power>(a, b, to, n);
    case Op::less: return binary<Less>(a, b, to, n);
    case Op::less_equal: return binary<LessEqual>(a, b, to, n);
    case Op::greater: return binary<Less>(b, a, to, n);
    case Op::greater_equal: return binary<LessEqual>(b, a, to, n);
    case Op::equal: return binary<Equal>(a, b, to, n);
    case Op::not_equal: return binary<NotEqual>(a, b, to, n);
    case Op::both: return binary<Both>(a, b, to, n);
    case Op::either: return binary<Either>(a, b, to, n);
    case Op::min: return binary<Min>(a, b, to, n);
    case Op::max: return binary<Max>(a, b, to, n);
    case Op::atan2: return binary<Atan2>(a, b, to, n);
    case Op::where: return choose(a, b, c, to, n);
  }
}
TERROIR_CLONES(operate, (Op op, const float* a, const float* b, const float* c, float* to, Index n), (op, a, b, c, to, n))

}  // namespace

void apply_operation(Op op, const float* a, const float* b, const float* c, float* to, Index n) noexcept { operate(op, a, b, c, to, n); }

}  // namespace terroir::formula
