#pragma once

#include "pipeline/recipe/report.h"

#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// The document with values set from the command line, as `--set resources.instance_count=2`. Maps on the way are made where they are
/// missing. A value is read as if it stood in the file without quotes; in quotes it is text.
[[nodiscard]] Value override_values(const Value& document, const std::vector<std::pair<std::string, std::string>>& sets, Report& report);

}  // namespace terroir
