#pragma once

#include "pipeline/cf/axes.h"
#include "pipeline/ports/source.h"

#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// A variable of a file as a source: what its header and coordinates tell, and how its dimensions become times, rows and columns.
struct CfDescription {
  std::string name;              ///< of the variable
  std::vector<BandFacts> bands;  ///< one, or one for each label along a dimension of names
  SampleType type = SampleType::float32;
  Grid grid;  ///< north-up, but for curvilinear cells
  TimeAxis times;
  std::vector<Index> shape;         ///< of the stored array
  std::optional<std::size_t> time;  ///< places of dimensions
  std::size_t y = 0, x = 0;
  std::optional<std::size_t> labels;  ///< place of the dimension of bands
  std::vector<Index> fixed;  ///< index taken along every other dimension
  bool south_up = false;     ///< rows are stored from the south
  bool mirrored = false;     ///< columns are stored from the east
};

/// Describes the variable `part.variable` of a file; empty: its only one. Throws Error(Fault::mistake), the text with the path and what
/// to do: no such variable (those that are there), several where none is named, several levels where none is chosen, unknown
/// calendars and units of time.
[[nodiscard]] CfDescription describe(CfFile& file, const SourcePart& part, CrsReader& crs);

}  // namespace terroir
