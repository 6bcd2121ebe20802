#pragma once

#include "pipeline/ports/communicator.h"

#include <memory>
#include <string>

namespace terroir {

/// Whether this process was started by mpirun (or another launcher that Open MPI knows).
[[nodiscard]] bool started_by_mpirun() noexcept;

/// Whether MPI's start will find a launcher that serves it. Without one MPI forks a server of its own, whatever other variables say.
[[nodiscard]] bool served_by_launcher() noexcept;

/// The rank that the launcher gave this process, before MPI is started; 0 without one.
[[nodiscard]] int launched_rank() noexcept;

/// Sets, where the user has not, what MPI's start would add to the environment. From then on it adds nothing, so that other threads may
/// look into the environment while MPI starts.
void settle_mpi_environment();

/// Joins the MPI job of this process, MPI_THREAD_FUNNELED; call once, from the thread that then sends and polls. Leaving it (the
/// communicator's end) finalises MPI. Throws Error(Fault::system) when MPI cannot start. MPI waits for all ranks, and for ever for one
/// that cannot: after some seconds the process then ends itself with a message.
[[nodiscard]] std::unique_ptr<Communicator> join_mpi(double seconds);

/// How many ranks the launcher says that it started; 0 without one.
[[nodiscard]] int launched_ranks() noexcept;

/// Whether mpirun has bound its ranks to some of the processors.
[[nodiscard]] bool bound_by_mpirun() noexcept;

/// The variable by which the launcher of another MPI says that this process is one of several, as "PMI_SIZE=4"; empty when none does.
/// Open MPI does not know it: each process would run alone.
[[nodiscard]] std::string foreign_launch();

}  // namespace terroir
