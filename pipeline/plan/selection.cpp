#include "pipeline/plan/selection.h"

#include <algorithm>
#include <map>
#include <set>

namespace terroir {

bool selected(const SelectSpec& select, const DateTime& time) {
  std::string text = to_text(time);
  if (text.find('T') == std::string::npos) text += "T00:00:00";
  if (!select.from.empty() && text < select.from) return false;
  if (!select.to.empty() && text.substr(0, select.to.size()) > select.to) return false;
  if (!select.months.empty() && std::find(select.months.begin(), select.months.end(), time.month) == select.months.end()) return false;
  static const std::map<std::string, std::set<int>> seasons = {
      {"djf", {12, 1, 2}}, {"mam", {3, 4, 5}}, {"jja", {6, 7, 8}}, {"son", {9, 10, 11}}};
  const auto season = seasons.find(select.season);
  return season == seasons.end() || season->second.count(time.month) > 0;
}

}  // namespace terroir
