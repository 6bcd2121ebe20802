#pragma once

#include "pipeline/ports/crs_operation.h"

#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// Knows coordinate reference systems.
class CrsReader {
 public:
  virtual ~CrsReader() = default;
  /// The CRS that a user or a file names: "EPSG:32632", WKT, PROJJSON or a PROJ string. Throws Error(Fault::mistake) when it is none.
  [[nodiscard]] virtual Crs read(const std::string& text) = 0;
  /// The system of an EPSG code that is in force; nothing where there is none, or where EPSG has withdrawn it.
  [[nodiscard]] virtual std::optional<Crs> epsg(int /*code*/) { return std::nullopt; }
  /// CF attributes of a grid mapping variable (CF conventions, appendix F): names and values, a value being one or more numbers or
  /// text. Empty where CF has no such projection.
  struct Attribute {
    std::string name, text;
    std::vector<double> numbers;
  };
  [[nodiscard]] virtual std::vector<Attribute> cf_attributes(const Crs&) = 0;
  /// The CRS that a grid mapping variable describes: by its WKT where it has one, else by its name and parameters; lengths in metres.
  /// An unknown CRS when it has neither. Throws Error(Fault::mistake) for a projection that is not known.
  [[nodiscard]] virtual Crs read_cf(const std::vector<Attribute>&) = 0;
  /// The best operation between two systems for an area, given by points of `from`, that is exact or has a stated error: no ballpark
  /// transformation, and nothing that needs files which are not installed. Throws Error(Fault::mistake) when there is none.
  [[nodiscard]] virtual std::shared_ptr<const CrsOperation> operation(const Crs& from, const Crs& to, std::span<const MapPoint> area) = 0;
};

}  // namespace terroir
