#pragma once

#include "pipeline/dataset/variable.h"

namespace terroir {

/// A variable from its array documents. Throws Error(Fault::data) where something is missing or of a kind that Terroir does not write.
[[nodiscard]] Variable parse_v3(const std::string& name, const Json& document);
[[nodiscard]] Variable parse_v2(const std::string& name, const Json& array, const Json& attributes);

}  // namespace terroir
