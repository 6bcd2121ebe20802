#include "pipeline/commands/doctor_checks.h"
#include "pipeline/plan/memory.h"

#include <array>
#include <cstdio>

namespace terroir {
namespace {

/// What an operation is called, whether runs need it, and what it means that it does not work.
struct Meaning {
  const char* name;
  bool needed;
  const char* without;
};

constexpr const char* needed = "runs need this; choose another folder, or mount it otherwise";

/// By StorageOperation.
constexpr std::array<Meaning, 12> meanings = {{
    {"write", true, needed},
    {"close", true, needed},
    {"read back", true, "a run could not be resumed; choose another folder, or mount it for reading and writing"},
    {"replace", true, "a run could not be resumed; choose another folder, or mount it so that objects may be replaced"},
    {"list", true, needed},
    {"remove", true, needed},
    {"rename", false, "fine: objects are written under their final names"},
    {"append", false, "fine: the journal goes into new objects"},
    {"update", false, "fine: objects are written once, front to back"},
    {"mmap", false, "fine: it is not used for writing"},
    {"fcntl lock", false, "fine: each object has one writer; other programs that read HDF5 there want HDF5_USE_FILE_LOCKING=FALSE"},
    {"flock", false, "fine: each object has one writer"},
}};

std::string in_place(const std::string& folder) { return "Storage of " + folder; }

Finding finding_of(const std::string& folder, const StorageProbe& probe) {
  const Meaning& meaning = meanings[static_cast<std::size_t>(probe.operation)];
  Finding finding{in_place(folder), meaning.name, Verdict::ok, "works", ""};
  if (probe.works) return finding;
  finding.verdict = meaning.needed ? Verdict::fault : Verdict::note;
  finding.value = probe.reason;
  finding.remedy = meaning.without;
  return finding;
}

Finding visibility(const std::string& folder, bool listed_before_close) {
  return {in_place(folder), "visibility", Verdict::ok,
          listed_before_close ? "an object is listed while it is being written" : "an object is listed once it is closed", ""};
}

Finding judge_free_space(const std::string& folder, const std::optional<std::uint64_t>& bytes) {
  constexpr std::uint64_t little = std::uint64_t{1} << 30;
  Finding finding{in_place(folder), "free space", Verdict::ok, bytes ? bytes_text(static_cast<std::size_t>(*bytes)) : "not told", ""};
  if (!bytes || *bytes >= little) return finding;
  finding.verdict = Verdict::note;
  finding.remedy = "`terroir plan` says how much a run writes; some mounts tell nothing true";
  return finding;
}

Finding speed(const std::string& folder, const StorageFacts& facts) {
  Finding finding{in_place(folder), "speed", Verdict::ok, "not measured: there is too little space", ""};
  if (facts.written == 0) return finding;
  const double rate = static_cast<double>(facts.written) / 1e6 / std::max(facts.seconds, 1e-6);
  char text[80];
  std::snprintf(text, sizeof text, "%s in %.2f s, %.0f MB/s, as the system takes it", bytes_text(facts.written).c_str(), facts.seconds,
                rate);
  finding.value = text;
  return finding;
}

}  // namespace

std::vector<Finding> check_storage(const std::string& folder, const StorageFacts& facts) {
  std::vector<Finding> findings;
  if (!facts.problem.empty()) findings.push_back({in_place(folder), "folder", Verdict::fault, facts.problem, ""});
  for (const auto& probe : facts.probes) findings.push_back(finding_of(folder, probe));
  const bool all = facts.probes.size() == meanings.size();
  if (!all) return findings;
  findings.push_back(visibility(folder, facts.listed_before_close));
  findings.push_back(judge_free_space(folder, facts.free_bytes));
  findings.push_back(speed(folder, facts));
  return findings;
}

}  // namespace terroir
