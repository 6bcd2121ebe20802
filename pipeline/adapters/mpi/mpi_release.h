#pragma once

#include <string>

namespace terroir {

/// An MPI and its version, as "Open MPI" and "4.1.4"; empty where it is not known.
struct MpiRelease {
  std::string name, version;
  friend bool operator==(const MpiRelease&, const MpiRelease&) = default;
};

/// What a library or a launcher says of itself: "Open MPI v4.1.4, package: ...", "mpirun (Open MPI) 4.1.4", "HYDRA build details: ...".
[[nodiscard]] MpiRelease parse_mpi_release(const std::string& text);

/// The MPI that this program is linked with. Before or after MPI has been started.
[[nodiscard]] MpiRelease linked_mpi();

}  // namespace terroir
