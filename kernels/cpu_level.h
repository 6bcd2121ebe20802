#pragma once

namespace terroir {

/// x86-64 micro-architecture levels (System V psABI): v2 has SSE4.2, v3 AVX2, v4 AVX-512.
enum class CpuLevel { v2 = 2, v3 = 3, v4 = 4 };

/// The highest level of this machine, or what TERROIR_CPU=v2|v3 lowers it to. Read once.
[[nodiscard]] CpuLevel cpu_level() noexcept;

/// Lowers the level for the rest of the process (never raises it above the machine's): lets a test compare levels.
void set_cpu_level(CpuLevel) noexcept;

}  // namespace terroir
