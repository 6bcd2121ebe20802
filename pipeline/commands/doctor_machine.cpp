#include "kernels/value.h"
#include "pipeline/commands/doctor_checks.h"
#include "pipeline/commands/start_checks.h"
#include "pipeline/plan/memory.h"

#include <algorithm>

namespace terroir {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

Finding note(Finding finding, const std::string& remedy) {
  finding.verdict = Verdict::note;
  finding.remedy = remedy;
  return finding;
}

Finding fault(Finding finding, const std::string& remedy) {
  finding.verdict = Verdict::fault;
  finding.remedy = remedy;
  return finding;
}

Finding check_memory(const MachineFacts& facts) {
  constexpr std::size_t too_little = 128 * mebibyte;  // most of it is the program and its libraries
  if (facts.memory.empty())
    return note({"Machine", "memory", Verdict::ok, "no limit is known", ""}, "give each rank its share with --memory");
  const MemoryLimit& least = facts.memory.front();
  const std::size_t share = least.bytes / 10 * 8 / static_cast<std::size_t>(facts.local_ranks);
  Finding finding{"Machine", "memory", Verdict::ok, bytes_text(least.bytes) + " by " + least.source, ""};
  for (std::size_t i = 1; i < facts.memory.size(); ++i)
    if (facts.memory[i].source == "MemTotal") finding.value += " (MemTotal " + bytes_text(facts.memory[i].bytes) + ")";
  const std::string who = facts.local_ranks == 1 ? "a rank" : "each of " + std::to_string(facts.local_ranks) + " ranks";
  finding.value += "; " + who + " may take " + bytes_text(share);
  return share >= too_little ? finding : note(finding, "start fewer ranks on a machine, or allow the container more");
}

Finding check_processors(const MachineFacts& facts) {
  Finding finding{"Machine", "processors", Verdict::ok,
                  std::to_string(facts.local_processors) + " of " + std::to_string(facts.online_processors) + " for the ranks of this host",
                  ""};
  if (!facts.bound || facts.local_processors >= facts.online_processors) return finding;
  finding.value += ": mpirun has bound them";
  return note(finding, "start mpirun with --bind-to none where the machine is this job's alone");
}

Finding check_open_files(std::size_t limit) {
  constexpr std::size_t enough = 256;  // 128 files of inputs, the objects of a tile, and what the libraries open
  Finding finding{"Machine", "open files", Verdict::ok, std::to_string(limit), ""};
  return limit >= enough ? finding : note(finding, "allow " + std::to_string(enough) + " or more: ulimit -n");
}

Finding check_shared_memory(const MachineFacts& facts) {
  const std::string remedy =
      "give the container more (resources.shm_size in a job file, docker run --shm-size), or set "
      "OMPI_MCA_btl=self,tcp";
  Finding finding{"Machine", "/dev/shm", Verdict::ok, "there is none", ""};
  if (!facts.shared_memory) return note(finding, remedy);
  // Open MPI takes 4 MiB of each rank, and some more for files of its own.
  const int ranks = std::max(facts.local_ranks, facts.allowed_processors);
  finding.value = bytes_text(static_cast<std::size_t>(*facts.shared_memory));
  return *facts.shared_memory >= 8 * mebibyte * static_cast<std::size_t>(ranks) ? finding : note(finding, remedy);
}

}  // namespace

Finding check_library(const LibraryVersion& library) {
  Finding finding{"Libraries", library.name, Verdict::ok, library.loaded.empty() ? library.built : library.loaded, ""};
  if (library.loaded.empty() || library.loaded == library.built) return finding;
  finding.value += ", built with " + library.built;
  return note(finding, "build the program on what it runs with, if anything looks odd");
}

Finding check_proj(const ProjSetup& proj) {
  Finding finding{"Libraries", "proj.db", Verdict::ok, proj.database, ""};
  if (!proj.database.empty()) return finding;
  finding.value = "is not found, so no coordinate reference system can be read";
  return fault(finding, "set PROJ_LIB and PROJ_DATA to the folder that holds it, as /usr/share/proj (package proj-data)");
}

std::vector<Finding> check_gdal(const GdalSetup& gdal) {
  Finding drivers{"GDAL", "drivers", Verdict::ok, list_words(gdal.drivers, "and"), ""};
  if (std::find(gdal.drivers.begin(), gdal.drivers.end(), "VRT") != gdal.drivers.end())
    drivers = note(drivers, "a VRT may read any file; unset TERROIR_ALLOW_VRT where recipes or inputs are not your own");
  Finding locked{"GDAL", "lock-down", Verdict::ok, "no plug-ins, no Python in VRTs, no network of PROJ", ""};
  if (!gdal.unlocked.empty()) {
    locked.value = list_words(gdal.unlocked, "and");
    locked = fault(locked, "this is a bug in terroir; please report it");
  }
  return {drivers, locked};
}

Finding check_mpirun(const MpirunFacts& facts) {
  Finding finding{"MPI", "mpirun", Verdict::ok, "there is none on PATH; terroir runs alone", ""};
  const std::string wanted = facts.linked.name + " " + facts.linked.version;
  if (!facts.path) return note(finding, "install the mpirun of " + wanted + ", and put it on PATH in the image's ENV, not in a profile");
  if (!facts.said || !facts.said->ended) {
    finding.value = *facts.path + (facts.said ? " --version does not end" : " cannot be started");
    return fault(finding, "put the mpirun of " + wanted + " first on PATH");
  }
  const MpiRelease release = parse_mpi_release(facts.said->text);
  finding.value = *facts.path + ": " + (release.name.empty() ? "does not say what it is" : release.name + " " + release.version);
  if (release == facts.linked) return finding;
  finding.value += "; the program is linked with " + wanted;
  return fault(finding, "have one MPI: put the mpirun of " + wanted + " first on PATH, or build terroir with the other");
}

Finding check_user(bool root, bool allowed) {
  Finding finding{"MPI", "user", Verdict::ok, root ? "root, which Open MPI is told to allow" : "not root", ""};
  if (!root || allowed) return finding;
  finding.value = "root, for whom Open MPI's mpirun starts nothing";
  return note(finding, "set OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1, both, or run as another user");
}

std::vector<Finding> check_machine(const MachineFacts& facts) {
  const int threads = std::max(1, facts.local_processors / facts.local_ranks);
  return {check_memory(facts), check_processors(facts), check_mask(threads, facts.allowed_processors), check_open_files(facts.open_files),
          check_shared_memory(facts)};
}

Finding check_azure(const std::vector<std::string>& names) {
  return {"Azure ML", "variables", Verdict::ok, names.empty() ? "none: this is no job of Azure ML" : list_words(names, "and"), ""};
}

}  // namespace terroir
