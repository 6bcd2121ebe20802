#include "pipeline/commands/communicator.h"

#include "pipeline/adapters/memory/communicators.h"
#include "pipeline/adapters/mpi/mpi_communicator.h"
#include "pipeline/adapters/process/machine.h"

namespace terroir {

std::unique_ptr<Communicator> join_job(double seconds) {
  if (started_by_mpirun()) return join_mpi(seconds);
  return std::make_unique<SerialCommunicator>(host_name());
}

}  // namespace terroir
