#include "pipeline/adapters/mpi/mpi_release.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

TEST(MpiRelease, OfLibrariesAndLaunchers) {
  const std::vector<std::pair<std::string, MpiRelease>> said = {
      {"Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022", {"Open MPI", "4.1.4"}},
      {"mpirun (Open MPI) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/\n", {"Open MPI", "4.1.4"}},
      {"mpirun (Open MPI) 5.0.0rc12\n", {"Open MPI", "5.0.0rc12"}},
      {"MPICH Version:      4.0.2\nMPICH Release date: Thu Apr  7 12:34:45 CDT 2022\n", {"MPICH", "4.0.2"}},
      {"HYDRA build details:\n    Version:                                 4.0.2\n", {"MPICH", "4.0.2"}},
      {"Intel(R) MPI Library for Linux* OS, Version 2021.9 Build 20230307 (id: d82b3071db)\n", {"Intel MPI", "2021.9"}},
      {"MPICH2 Version: 1.4.1\n", {"MPICH", "1.4.1"}},
      {"", {}},
      {"command not found", {}},
      {"Open MPI of some day", {"Open MPI", ""}},
  };
  for (const auto& [text, release] : said) {
    EXPECT_EQ(parse_mpi_release(text).name, release.name) << text;
    EXPECT_EQ(parse_mpi_release(text).version, release.version) << text;
  }
}

TEST(MpiRelease, OfThisProgram) {
  EXPECT_EQ(linked_mpi().name, "Open MPI");
  EXPECT_NE(linked_mpi().version, "");
}

}  // namespace
}  // namespace terroir
