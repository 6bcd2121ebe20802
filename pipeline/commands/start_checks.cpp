#include "pipeline/commands/start_checks.h"

#include "pipeline/adapters/mpi/mpi_communicator.h"
#include "pipeline/adapters/process/mapped_library.h"
#include "pipeline/job/start_command.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>

namespace terroir {
namespace {

/// Hosts that Azure ML has given the job: AZUREML_NODE_COUNT, else the length of AZ_BATCH_HOST_LIST, which is empty on a single node.
int wanted_hosts() {
  if (std::getenv(one_machine) != nullptr) return 0;
  if (const char* count = std::getenv("AZUREML_NODE_COUNT")) return std::max(0, std::atoi(count));
  const char* list = std::getenv("AZ_BATCH_HOST_LIST");
  const std::string_view hosts = list == nullptr ? "" : list;
  return hosts.empty() ? 0 : 1 + static_cast<int>(std::count(hosts.begin(), hosts.end(), ','));
}

std::string count_text(int count, const char* word) { return std::to_string(count) + " " + word + (count == 1 ? "" : "s"); }

/// "4 ranks on 2 hosts: node1 3, node2 1".
std::string world_text(const WorldFacts& facts) {
  if (facts.launched == 0 && facts.ranks == 1) return "alone, not under mpirun";
  constexpr std::size_t most_named = 8;
  std::map<std::string, int> ranks_of;
  for (const auto& host : facts.hosts) ++ranks_of[host];
  std::string text = count_text(facts.ranks, "rank") + " on " + count_text(static_cast<int>(ranks_of.size()), "host") + ":";
  std::size_t named = 0;
  for (const auto& [host, ranks] : ranks_of) {
    if (named++ == most_named) return text + " and others";
    text += (named > 1 ? ", " : " ") + host + " " + std::to_string(ranks);
  }
  return text;
}

}  // namespace

WorldFacts world_facts(const Communicator& communicator, int expected) {
  return {communicator.size(), launched_ranks(), communicator.hosts(), wanted_hosts(), expected, foreign_launch()};
}

Finding check_world(const WorldFacts& facts) {
  Finding finding{"MPI", "ranks", Verdict::ok, world_text(facts), ""};
  const auto hosts = static_cast<int>(std::set<std::string>(facts.hosts.begin(), facts.hosts.end()).size());
  if (!facts.foreign.empty()) {
    finding.verdict = Verdict::fault;
    finding.value = "another MPI's launcher has started this process (" + facts.foreign + "), so each of its ranks would run alone";
    finding.remedy = "start terroir with the mpirun of the Open MPI that it is linked with";
  } else if (facts.launched > facts.ranks) {
    finding.verdict = Verdict::fault;
    finding.value = "mpirun has started " + count_text(facts.launched, "rank") + ", and MPI sees " + std::to_string(facts.ranks);
    finding.remedy = "let mpirun and the program use one Open MPI; `terroir doctor` tells their versions";
  } else if (facts.expected > 0 && facts.expected != facts.ranks) {
    finding.verdict = Verdict::fault;
    finding.value = "the job has " + count_text(facts.ranks, "rank") + ", and --expect-ranks says " + std::to_string(facts.expected);
    finding.remedy = "see why the launcher has not started as many, or correct the number";
  } else if (facts.wanted_hosts > hosts) {
    finding.verdict = Verdict::note;
    finding.value += "; Azure ML has given the job " + std::to_string(facts.wanted_hosts);
    finding.remedy = "see whether distribution: {type: mpi} and resources.instance_count stand in the job file";
  }
  return finding;
}

LauncherFacts launcher_facts() {
  return {linked_mpi(), mapped_library("self", "libopen-rte"), library_of_ancestor("libopen-rte"), library_of_ancestor("libprrte")};
}

Finding check_launcher(const LauncherFacts& facts) {
  Finding finding{"MPI", "launcher", Verdict::ok, "uses the Open MPI of the program", ""};
  const std::string& other = facts.launcher_runtime.empty() ? facts.launcher_prrte : facts.launcher_runtime;
  const bool both_new = facts.own_runtime.empty() && facts.launcher_runtime.empty();
  if (other.empty() || both_new) {
    finding.value = "does not tell which Open MPI it uses";
  } else if (other != facts.own_runtime) {
    finding.verdict = Verdict::note;
    finding.value = "mpirun uses " + other + ", and the program is linked with " + facts.linked.name + " " + facts.linked.version +
                    (facts.own_runtime.empty() ? "" : ", " + facts.own_runtime);
    finding.remedy = "put the mpirun of the program's Open MPI first on PATH, and have one Open MPI in an image";
  }
  return finding;
}

Finding check_mask(int threads, int allowed) {
  Finding finding{"Machine", "threads", Verdict::ok, "", ""};
  finding.value = count_text(threads, "thread") + " of a rank on " + count_text(allowed, "processor");
  if (threads <= allowed) return finding;
  finding.verdict = Verdict::note;
  finding.value = count_text(threads, "thread") + " of a rank share " + count_text(allowed, "processor");
  finding.remedy = "start mpirun with --bind-to none, or give --threads";
  return finding;
}

}  // namespace terroir
