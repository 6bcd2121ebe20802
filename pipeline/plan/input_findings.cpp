#include "pipeline/plan/input_findings.h"

#include "pipeline/recipe/report.h"

#include <algorithm>

namespace terroir {

/// The place of the value that a key has, where no other one is known than that of the whole input.
Position InputFindings::position_of(const std::string& key, Position at) const {
  const auto value = spec_.places.find(key.substr(0, key.find('.')));
  const bool whole = at.line == spec_.at.line && at.column == spec_.at.column;
  return whole && value != spec_.places.end() ? value->second : at;
}

void InputFindings::complain(const std::string& key, Position at, const std::string& problem, const std::string& remedy) {
  const std::string where = "inputs." + spec_.name + "." + key;
  const auto is_told = [&](const Diagnostic& d) { return d.where == where && d.problem == problem; };
  if (std::none_of(diagnostics_.begin(), diagnostics_.end(), is_told))
    diagnostics_.push_back({position_of(key, at), where, problem, remedy, false});
}

void InputFindings::warn(const std::string& key, Position at, const std::string& problem, const std::string& remedy) {
  diagnostics_.push_back({position_of(key, at), "inputs." + spec_.name + "." + key, problem, remedy, true});
}

void InputFindings::complain_of(const std::string& key, Position at, const Error& error, const std::string& remedy) {
  const Complaint said = complaint_of(error, remedy);
  complain(key, at, said.problem, said.remedy);
}

bool InputFindings::is_crs_known(CrsReader& crs) {
  if (spec_.crs.empty()) return true;
  try {
    (void)crs.read(spec_.crs);
    return true;
  } catch (const Error& error) {
    if (error.fault() != Fault::mistake) throw;
    complain_of("crs", spec_.at, error, "write an EPSG code like EPSG:32632");
    return false;
  }
}

}  // namespace terroir
