#pragma once

#include "pipeline/dataset/variable.h"
#include "pipeline/plan/plan.h"
#include "pipeline/ports/sink.h"

namespace terroir {

/// CF attributes of a written array, the statistics of its pixels and how they were made. `statistics` are those of its layers.
[[nodiscard]] Json array_attributes(const Plan&, const OutputPlan&, const ArrayPlan&, const std::vector<LayerStatistics>& statistics);

/// The same of one layer of an array by itself, without what only CF knows.
[[nodiscard]] Json layer_attributes(const Plan&, LayerId layer, const LayerStatistics& statistics);

/// What the whole store says of itself: conventions, title, version, and all that is needed to make it again. Nothing that differs
/// between two runs of one plan.
[[nodiscard]] Json root_attributes(const Plan&);

}  // namespace terroir
