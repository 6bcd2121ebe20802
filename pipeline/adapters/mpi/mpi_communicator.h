#pragma once

#include "pipeline/ports/communicator.h"

#include <memory>

namespace terroir {

/// Whether this process was started by mpirun (or another launcher that Open MPI knows).
[[nodiscard]] bool started_by_mpirun() noexcept;

/// The rank that the launcher gave this process, before MPI is started; 0 without one.
[[nodiscard]] int launched_rank() noexcept;

/// Joins the MPI job of this process, MPI_THREAD_FUNNELED; call once, from the thread that then sends and polls. Leaving it (the
/// communicator's end) finalises MPI. Throws Error(Fault::system) when MPI cannot start.
[[nodiscard]] std::unique_ptr<Communicator> join_mpi();

/// Name and version of the MPI library.
[[nodiscard]] std::string mpi_version();

}  // namespace terroir
