#pragma once

#include "pipeline/commands/load.h"
#include "pipeline/ports/communicator.h"

namespace terroir {

/// Loads a recipe on all ranks of a job. Rank 0 asks the storage for names and headers and sends the others what it was told, so that a
/// stack of thousands of files is not opened by each of a hundred ranks; they open a file when they read its pixels. Rank 0 sends also when
/// it fails. Throws as load_plan, and Error(Fault::system) when nothing comes from rank 0 within `patience` seconds.
[[nodiscard]] LoadedPlan load_together(const RecipeOptions& options, Communicator& comm, double patience);

}  // namespace terroir
