#pragma once

#include "pipeline/adapters/mpi/mpi_release.h"
#include "pipeline/commands/findings.h"
#include "pipeline/ports/communicator.h"

#include <string>
#include <vector>

namespace terroir {

/// What is known of a job's processes when it starts.
struct WorldFacts {
  int ranks = 1;                   ///< as MPI counts them
  int launched = 0;                ///< as the launcher says; 0: without one
  std::vector<std::string> hosts;  ///< by rank
  int wanted_hosts = 0;            ///< as Azure ML says; 0: it says nothing
  int expected = 0;                ///< ranks, as the user says; 0: any number
  std::string foreign;             ///< see foreign_launch
};
[[nodiscard]] WorldFacts world_facts(const Communicator& communicator, int expected = 0);

/// Whether the ranks are one job, of the size that it should have.
[[nodiscard]] Finding check_world(const WorldFacts& facts);

/// The libraries of Open MPI's runtime that this process and the launcher above it have loaded; empty: not known.
struct LauncherFacts {
  MpiRelease linked;
  std::string own_runtime, launcher_runtime;  ///< libopen-rte, of Open MPI 3 and 4
  std::string launcher_prrte;                 ///< libprrte, of Open MPI 5
};
[[nodiscard]] LauncherFacts launcher_facts();

/// Whether launcher and program are of one Open MPI.
[[nodiscard]] Finding check_launcher(const LauncherFacts& facts);

/// Whether the threads of a rank have a processor each.
[[nodiscard]] Finding check_mask(int threads, int allowed);

}  // namespace terroir
