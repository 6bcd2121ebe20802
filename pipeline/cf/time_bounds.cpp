#include "pipeline/cf/time_bounds.h"

#include "pipeline/cf/axes.h"
#include "pipeline/cf/packing.h"
#include "pipeline/cf/time_units.h"
#include "pipeline/error.h"

#include <algorithm>

namespace terroir {
namespace {

/// Whether a variable has a begin and an end for each value of a coordinate.
bool surrounds(const CfVariable& edges, const CfVariable& time) {
  std::vector<Index> wanted = time.shape;
  wanted.push_back(2);
  return edges.type && edges.shape == wanted && std::equal(time.dimensions.begin(), time.dimensions.end(), edges.dimensions.begin());
}

bool any_missing(const std::vector<double>& values, const BandFacts& facts) {
  return std::any_of(values.begin(), values.end(), [&](double value) { return facts.nodata == value || facts.missing == value; });
}

std::vector<TimeBounds> decoded(CfFile& file, const CfVariable& edges, const std::string& units, Calendar calendar) {
  const std::vector<double> values = file.numbers(edges);
  if (any_missing(values, band_facts(edges, file.path()))) return {};
  const std::vector<std::int64_t> seconds = to_seconds(values, parse_time_units(units, calendar));
  std::vector<TimeBounds> bounds;
  for (std::size_t i = 0; i + 1 < seconds.size(); i += 2) {
    if (seconds[i] > seconds[i + 1]) return {};
    bounds.push_back({seconds[i], seconds[i + 1]});
  }
  return bounds;
}

}  // namespace

std::vector<TimeBounds> read_time_bounds(CfFile& file, const CfVariable& time, Calendar calendar) {
  const auto named = named_by(file, time, "bounds");
  if (named.size() != 1 || !surrounds(*named[0], time)) return {};
  const CfVariable& edges = *named[0];
  // Who lets a program choose units may get other ones for the bounds than for the coordinate.
  const std::string own = edges.text("units");
  if (!edges.text("calendar").empty() && calendar_of(edges.text("calendar")) != calendar) return {};
  try {
    return decoded(file, edges, own.empty() ? time.text("units") : own, calendar);
  } catch (const Error& error) {
    // Times without bounds are of use; storage that fails may answer the next time.
    if (error.fault() == Fault::mistake || error.fault() == Fault::data) return {};
    throw;
  }
}

}  // namespace terroir
