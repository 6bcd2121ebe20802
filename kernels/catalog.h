#pragma once

#include "kernels/kernel.h"

#include <string_view>
#include <vector>

namespace terroir {

/// Every process, sorted by family and name; the table is generated from the files of kernels/<family>/.
[[nodiscard]] const std::vector<Process>& catalog();

/// The process of this name, or null.
[[nodiscard]] const Process* find_process(std::string_view name);

}  // namespace terroir
