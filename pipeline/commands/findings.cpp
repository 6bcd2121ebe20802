#include "pipeline/commands/findings.h"

#include "pipeline/json_text.h"

#include "terroir_version.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace terroir {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 3> verdict_names = {"ok", "note", "fault"};

const char* name_of(Verdict verdict) { return verdict_names[static_cast<std::size_t>(verdict)]; }

Verdict verdict_of(const std::string& name) {
  const auto found = std::find(verdict_names.begin(), verdict_names.end(), name);
  return static_cast<Verdict>(found - verdict_names.begin());
}

/// Ranks that found the same, other than the first one did.
struct Dissent {
  Finding finding;
  std::string first;  ///< of these ranks, as "rank 3 on node2"
  int others = 0;
};

bool must_agree(const Finding& finding) { return finding.group == "Program" || finding.group == "Libraries"; }

Finding dissenting(const Finding& first, const Dissent& dissent) {
  Finding out = dissent.finding;
  out.value += " (" + dissent.first + (dissent.others > 0 ? " and " + std::to_string(dissent.others) + " more" : "") + ")";
  if (must_agree(first) && out.verdict != Verdict::fault) {
    out.verdict = Verdict::fault;
    out.remedy = "let all hosts have the same program and libraries, as from one image";
  }
  return out;
}

/// What other ranks say about something, where they do not agree with the first.
std::vector<Dissent> dissents(const Finding& first, const std::vector<RankFindings>& ranks) {
  std::vector<Dissent> out;
  for (std::size_t r = 1; r < ranks.size(); ++r) {
    for (const Finding& other : ranks[r].findings) {
      if (other.group != first.group || other.what != first.what || other == first) continue;
      const auto known = std::find_if(out.begin(), out.end(), [&](const Dissent& d) { return d.finding == other; });
      if (known != out.end())
        ++known->others;
      else
        out.push_back({other, "rank " + std::to_string(ranks[r].rank) + " on " + ranks[r].host, 0});
    }
  }
  return out;
}

}  // namespace

std::vector<Finding> merge_findings(const std::vector<RankFindings>& ranks) {
  std::vector<Finding> merged;
  if (ranks.empty()) return merged;
  for (const Finding& first : ranks.front().findings) {
    merged.push_back(first);
    for (const Dissent& dissent : dissents(first, ranks)) merged.push_back(dissenting(first, dissent));
  }
  return merged;
}

bool any_fault(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.verdict == Verdict::fault; });
}

std::string findings_page(const std::vector<Finding>& findings) {
  constexpr std::size_t verdict_width = 7;
  std::size_t what_width = 0;
  for (const auto& f : findings) what_width = std::max(what_width, f.what.size() + 2);
  std::string page, group;
  for (const auto& f : findings) {
    if (f.group != group) page += f.group + "\n";
    group = f.group;
    const std::string verdict = name_of(f.verdict);
    page += "  " + verdict + std::string(verdict_width - verdict.size(), ' ') + f.what + std::string(what_width - f.what.size(), ' ') +
            f.value + "\n";
    if (!f.remedy.empty()) page += std::string(2 + verdict_width + what_width, ' ') + "-> " + f.remedy + "\n";
  }
  const auto faults = std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.verdict == Verdict::fault; });
  if (faults == 0) return page + "Terroir can run here.\n";
  return page + "Terroir cannot run here: " + std::to_string(faults) + (faults == 1 ? " fault.\n" : " faults.\n");
}

std::string findings_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const auto& f : findings)
    list.push_back({{"group", f.group}, {"what", f.what}, {"verdict", name_of(f.verdict)}, {"value", f.value}, {"remedy", f.remedy}});
  const Json json = {{"terroir", version}, {"can_run", !any_fault(findings)}, {"findings", std::move(list)}};
  return json_text(json, 2) + "\n";
}

std::vector<Finding> parse_findings(const std::string& json) {
  std::vector<Finding> findings;
  const Json document = Json::parse(json);
  for (const auto& f : document.at("findings"))
    findings.push_back({f.at("group"), f.at("what"), verdict_of(f.at("verdict")), f.at("value"), f.at("remedy")});
  return findings;
}

}  // namespace terroir
