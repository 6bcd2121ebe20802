#pragma once

#include "pipeline/adapters/process/descriptor.h"

#include <optional>
#include <string>

namespace terroir {

/// Keeps a folder for this process while the descriptor lives. Nothing when another process has it. Where the file system knows no locks
/// everybody has it.
[[nodiscard]] std::optional<Descriptor> lock_folder(const std::string& folder);

}  // namespace terroir
