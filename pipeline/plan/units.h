#pragma once

#include "pipeline/ports/source.h"
#include "pipeline/ports/unit_converter.h"

#include <optional>
#include <string>
#include <utility>

namespace terroir {

/// What a recipe says of units: the one that the file's numbers really have, and the one that pixels shall have.
struct UnitWish {
  std::string as, wanted;
};

/// The unit of a layer and how its numbers get there, or why they cannot. `problem` and `warning` are pairs of what and what to do.
struct UnitChoice {
  std::string unit;
  UnitMap map;
  std::optional<std::pair<std::string, std::string>> problem, warning;
};

/// Chooses the unit of a band. Without a wish it keeps the file's; `C` is understood as degC and `mb` as mbar, with a warning, for
/// UDUNITS takes them for coulombs and millibarns.
[[nodiscard]] UnitChoice choose_unit(const BandFacts& band, const UnitWish& wish, UnitConverter& units);

}  // namespace terroir
