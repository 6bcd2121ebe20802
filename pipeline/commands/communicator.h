#pragma once

#include "pipeline/ports/communicator.h"

#include <memory>

namespace terroir {

/// The job that this process belongs to: MPI's where a launcher has started it, else one of a single rank, without MPI. See `join_mpi`.
[[nodiscard]] std::unique_ptr<Communicator> join_job(double seconds);

}  // namespace terroir
