#include "kernels/cpu_level.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace terroir {
namespace {

CpuLevel machine_level() noexcept {
  if (__builtin_cpu_supports("x86-64-v4")) return CpuLevel::v4;
  if (__builtin_cpu_supports("x86-64-v3")) return CpuLevel::v3;
  return CpuLevel::v2;
}

CpuLevel initial_level() noexcept {
  const char* wanted = std::getenv("TERROIR_CPU");
  const std::string_view name = wanted == nullptr ? "" : wanted;
  const CpuLevel limit = name == "v2" ? CpuLevel::v2 : name == "v3" ? CpuLevel::v3 : CpuLevel::v4;
  return std::min(limit, machine_level());
}

CpuLevel& current_level() noexcept {
  static CpuLevel level = initial_level();
  return level;
}

}  // namespace

CpuLevel cpu_level() noexcept { return current_level(); }

void set_cpu_level(CpuLevel level) noexcept { current_level() = std::min(level, machine_level()); }

}  // namespace terroir
