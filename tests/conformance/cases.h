#pragma once

#include "pipeline/plan/plan.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace terroir {

/// One store to be written: how it is stored; what stands in it is the same for all (`pixel`).
struct Case {
  std::string name;
  int zarr_format = 3;
  Layout layout = Layout::variables;
  bool with_time = true;
  CodecSpec codec;
  EncodingSpec encoding;
  std::string crs = "EPSG:32632";
  Calendar calendar = Calendar::standard;
};

/// Every combination that readers may treat differently.
[[nodiscard]] std::vector<Case> all_cases();

/// A plan with this one output, as far as a sink looks at it. `crs` is the case's.
[[nodiscard]] Plan plan_of(const Case&, const Crs& crs);

/// What stands at a place: exact in float32, with gaps, an empty tile and an empty chunk. The readers' test has the same formula.
[[nodiscard]] float pixel(Index feature, Index time, Index row, Index col);

/// What the readers must find, as JSON.
[[nodiscard]] nlohmann::ordered_json expectation(const Case&, const Plan&);

}  // namespace terroir
