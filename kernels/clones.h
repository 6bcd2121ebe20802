#pragma once

#include "kernels/cpu_level.h"

/// What a body of a cloned kernel, and every function that it calls, must be declared with: only inlined code takes on the
/// instruction set of the clone around it.
#define TERROIR_INLINE [[gnu::always_inline]] inline

/// Makes NAME(PARAMETERS) from one inlined function NAME_body(PARAMETERS): a version for each of x86-64-v2, v3 and v4, and a
/// dispatcher that takes the one of cpu_level(). ARGUMENTS are the parameters' names. Plain loops in the body vectorise to 16, 32
/// and 64 bytes; with -ffp-contract=off all three give the same bits.
///
///     TERROIR_INLINE void scale_body(const float* in, float* out, Index n, float f) { for (...) out[i] = in[i] * f; }
///     TERROIR_CLONES(scale, (const float* in, float* out, Index n, float f), (in, out, n, f))
#ifdef __SANITIZE_ADDRESS__
// What sanitizers find is the same in all three, of which each takes its time to compile.
#define TERROIR_CLONES(NAME, PARAMETERS, ARGUMENTS) \
  void NAME PARAMETERS noexcept { NAME##_body ARGUMENTS; }
#else
#define TERROIR_CLONES(NAME, PARAMETERS, ARGUMENTS)                                               \
  [[gnu::target("arch=x86-64-v4")]] void NAME##_v4 PARAMETERS noexcept { NAME##_body ARGUMENTS; } \
  [[gnu::target("arch=x86-64-v3")]] void NAME##_v3 PARAMETERS noexcept { NAME##_body ARGUMENTS; } \
  void NAME##_v2 PARAMETERS noexcept { NAME##_body ARGUMENTS; }                                   \
  void NAME PARAMETERS noexcept {                                                                 \
    switch (::terroir::cpu_level()) {                                                             \
      case ::terroir::CpuLevel::v4: return NAME##_v4 ARGUMENTS;                                   \
      case ::terroir::CpuLevel::v3: return NAME##_v3 ARGUMENTS;                                   \
      case ::terroir::CpuLevel::v2: return NAME##_v2 ARGUMENTS;                                   \
    }                                                                                             \
  }
#endif
