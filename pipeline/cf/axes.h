#pragma once

#include "pipeline/cf/cf_file.h"

namespace terroir {

/// What a dimension of a variable is.
enum class AxisKind { x, y, time, vertical, other };

/// A dimension of a variable: its place, and the variable of its coordinates where the file has one.
struct CfAxis {
  std::size_t place = 0;
  AxisKind kind = AxisKind::other;
  const CfVariable* coordinate = nullptr;
};

/// The axes of a variable, in its order of dimensions. They are known by `axis`, `standard_name`, units, names, and at last by their
/// places: rows and columns are the last two dimensions of which nothing else is known.
[[nodiscard]] std::vector<CfAxis> axes_of(const CfFile&, const CfVariable&);

/// Names of the variables that can be a layer: numbers on rows and columns which do not only describe others (bounds, coordinates,
/// grid mappings). Throws where the only ones hold nothing.
[[nodiscard]] std::vector<std::string> data_variables(const CfFile&);

/// The words of an attribute such as `coordinates`, as names of variables near another one.
[[nodiscard]] std::vector<const CfVariable*> named_by(const CfFile&, const CfVariable&, std::string_view attribute);

/// A latitude or longitude, by its standard name or units.
[[nodiscard]] bool is_latitude(const CfVariable&);
[[nodiscard]] bool is_longitude(const CfVariable&);

}  // namespace terroir
