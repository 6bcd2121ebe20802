#pragma once

#include <string>
#include <vector>

namespace terroir {

/// How grave a finding is: all is well; it is well to know it; terroir cannot run so.
enum class Verdict { ok, note, fault };

/// One thing that `terroir doctor` has looked at.
struct Finding {
  std::string group, what;  ///< "Libraries", "GDAL"
  Verdict verdict = Verdict::ok;
  std::string value;   ///< what it is: "3.6.2"
  std::string remedy;  ///< what to change, or what a note means; may be empty
  friend bool operator==(const Finding&, const Finding&) = default;
};

/// What one rank has found.
struct RankFindings {
  int rank = 0;
  std::string host;
  std::vector<Finding> findings;
};

/// The findings of all ranks in one list: those of the first, and behind each of them what others have found otherwise, with their
/// names. Ranks whose program or libraries differ do not belong to one job: that is a fault.
[[nodiscard]] std::vector<Finding> merge_findings(const std::vector<RankFindings>& ranks);

[[nodiscard]] bool any_fault(const std::vector<Finding>& findings);

/// A page of aligned lines, one for each finding, by group; a remedy follows on its own line.
[[nodiscard]] std::string findings_page(const std::vector<Finding>& findings);

/// The same for programs, and for the way between ranks.
[[nodiscard]] std::string findings_json(const std::vector<Finding>& findings);
[[nodiscard]] std::vector<Finding> parse_findings(const std::string& json);

}  // namespace terroir
