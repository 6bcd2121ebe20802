#pragma once

#include <memory>
#include <stdexcept>
#include <vector>

#include "kernels/catalog.h"
#include "tiling/buffer.h"

/// Blocks and kernels for benchmarks.
namespace terroir::bench {

/// A kernel of the catalogue with settings given as {name, text}.
inline std::shared_ptr<const BoundKernel> kernel(const char* name, const std::vector<std::pair<std::string, Value>>& settings = {}) {
  const Process* process = find_process(name);
  if (process == nullptr) throw std::runtime_error(std::string("no process ") + name);
  std::vector<Value::Entry> entries;
  for (const auto& [key, value] : settings) entries.push_back({key, {}, value});
  const Binding binding = process->bind(entries);
  if (binding.kernel == nullptr) throw std::runtime_error(binding.diagnostics.front().problem);
  return binding.kernel;
}

/// Hills between about 0 and 600 m.
inline OwnedBlock hills(Index times, Shape shape, Halo halo) {
  OwnedBlock block(times, shape, halo);
  std::uint32_t noise = 12345;
  for (Index t = 0; t < times; ++t)
    for (Index r = -halo.rows; r < shape.rows + halo.rows; ++r)
      for (Index c = -halo.cols; c < shape.cols + halo.cols; ++c) {
        noise = noise * 1664525 + 1013904223;
        const auto rough = static_cast<float>(noise >> 8) * 0x1p-24f;
        block(t, r, c) = 300 + 2 * static_cast<float>((r * 7 + c * 3 + t * 11) % 149) + 10 * rough;
      }
  return block;
}

}  // namespace terroir::bench
