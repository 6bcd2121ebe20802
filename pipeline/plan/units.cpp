#include "pipeline/plan/units.h"

#include "pipeline/recipe/report.h"

namespace terroir {
namespace {

/// What the field writes and UDUNITS takes for something else.
std::string field_meaning(const std::string& unit) {
  if (unit == "C" || unit == "deg C" || unit == "degrees C" || unit == "degree C" || unit == "Deg C") return "degC";
  return unit == "mb" ? "mbar" : unit;
}

/// What to do about units between which no line leads.
std::string remedy(const std::string& from, const std::string& to, UnitConverter& units) {
  const auto leads = [&](const std::string& a, const std::string& b) { return units.map(a, b).has_value(); };
  const std::string water = "(" + from + ") m3 (1000 kg)-1";
  if (leads("(" + from + ") s-1", to) || leads(from, "(" + to + ") s-1"))
    return "an amount and a rate differ by the length of a step: say what the file's numbers are with unit_as, as unit_as: mm d-1 for "
           "amounts of a day";
  if (leads(water, to)) return "1 kg m-2 of water is 1 mm: if it is water, say so with unit_as, as unit_as: mm s-1 for kg m-2 s-1";
  if (leads(water + " s-1", to) || leads(water, "(" + to + ") s-1"))
    return "1 kg m-2 of water is 1 mm, and an amount and a rate differ by the length of a step: say what the file's numbers are with "
           "unit_as, as unit_as: mm d-1";
  if (leads(from, "1")) return "to UDUNITS it is a plain ratio: say what it means with unit_as, as unit_as: mm month-1 for mm/m";
  return "name a unit of the same kind, or correct the file's with unit_as";
}

}  // namespace

UnitChoice choose_unit(const BandFacts& band, const UnitWish& wish, UnitConverter& units) {
  UnitChoice choice;
  const std::string said = wish.as.empty() ? band.unit : wish.as;
  const std::string from = field_meaning(said), to = field_meaning(wish.wanted);
  for (const auto& [written, meant] : {std::pair(said, from), std::pair(wish.wanted, to)})
    if (written != meant)
      choice.warning = {in_quotes(written) + " is taken for " + meant,
                        "write " + meant + (written == band.unit ? " as unit_as" : "") + ", for UDUNITS reads another unit in it"};
  choice.unit = to.empty() ? from : to;
  if (!wish.as.empty() && !units.knows(from))
    choice.problem = {"UDUNITS knows no unit " + in_quotes(wish.as), "write it as K, mm d-1 or kg m-2 s-1"};
  if (to.empty() || from.empty() || from == to) return choice;
  if (!units.knows(to)) {
    choice.problem = {"UDUNITS knows no unit " + in_quotes(wish.wanted), "write it as degC, mm d-1 or kg m-2 s-1"};
  } else if (!units.knows(from)) {
    choice.problem = {"UDUNITS knows no unit " + in_quotes(said) + ", which the file's numbers have",
                      "say what it is with unit_as, as unit_as: K"};
  } else if (const auto map = units.map(from, to)) {
    choice.map = *map;
  } else {
    choice.problem = {in_quotes(said) + " cannot become " + in_quotes(wish.wanted), remedy(from, to, units)};
  }
  return choice;
}

}  // namespace terroir
