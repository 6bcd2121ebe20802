#pragma once

#include "pipeline/adapters/folder/storage_probe.h"
#include "pipeline/adapters/gdal/gdal_setup.h"
#include "pipeline/adapters/mpi/mpi_release.h"
#include "pipeline/adapters/process/ask_program.h"
#include "pipeline/adapters/process/machine.h"
#include "pipeline/adapters/proj/proj_setup.h"
#include "pipeline/commands/findings.h"

#include <optional>
#include <string>
#include <vector>

// What `terroir doctor` makes of what it is told: facts in, findings out. Nothing here looks at the machine.

namespace terroir {

/// A note where the library that is loaded is not the one that the program was built with.
[[nodiscard]] Finding check_library(const LibraryVersion& library);
[[nodiscard]] Finding check_proj(const ProjSetup& proj);
/// The drivers, and whether what a file can make GDAL do is locked down.
[[nodiscard]] std::vector<Finding> check_gdal(const GdalSetup& gdal);

/// The mpirun on PATH, and what `mpirun --version` said.
struct MpirunFacts {
  std::optional<std::string> path;
  std::optional<ProgramAnswer> said;
  MpiRelease linked;  ///< the MPI of this program
};
[[nodiscard]] Finding check_mpirun(const MpirunFacts& facts);

/// Open MPI starts nothing for root unless it is told that this is meant.
[[nodiscard]] Finding check_user(bool root, bool allowed);

struct MachineFacts {
  std::vector<MemoryLimit> memory;             ///< the smallest first
  int local_ranks = 1;                         ///< of this job on this machine
  int local_processors = 1;                    ///< that they may use together
  int allowed_processors = 1;                  ///< that this rank may use
  int online_processors = 1;                   ///< that the machine has
  bool bound = false;                          ///< mpirun has told ranks where to run
  std::size_t open_files = 0;                  ///< at most
  std::optional<std::uint64_t> shared_memory;  ///< bytes of /dev/shm
};
[[nodiscard]] std::vector<Finding> check_machine(const MachineFacts& facts);

/// Names of variables that Azure ML sets.
[[nodiscard]] Finding check_azure(const std::vector<std::string>& names);

/// What a folder can do, which of it runs need, and what the rest means.
[[nodiscard]] std::vector<Finding> check_storage(const std::string& folder, const StorageFacts& facts);

}  // namespace terroir
