#pragma once

#include "kernels/value.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// A document, or what is wrong with its text. With errors `root` holds what could be read.
struct ParsedYaml {
  Value root;
  std::vector<Diagnostic> diagnostics;
  bool whole = false;  ///< it was read to its end
  /// Where it is not known what is meant, by at most two names, as "inputs.dem" or "steps": of keys that are given twice `root` has the
  /// first, of an alias nothing.
  std::set<std::string> unclear{};
};

/// What a document may take at most; recipes and job files are far below it.
struct YamlLimits {
  std::size_t bytes = 1U << 20;
  int depth = 32;
  std::size_t nodes = 100'000;
};

/// What a key that is given twice in one map is: a mistake, or a warning while the last value counts, as Azure ML's reader has it.
enum class DoubledKeys { refuse, keep_last };

/// Reads one YAML document as plain data: maps, lists and scalars kept as text, each with its position (from 1). Anchors, aliases,
/// tags, doubled keys, keys that are no text, a second document and everything beyond the limits are diagnostics.
[[nodiscard]] ParsedYaml read_yaml(std::string_view text, const YamlLimits& limits = {}, DoubledKeys doubled = DoubledKeys::refuse);

}  // namespace terroir
