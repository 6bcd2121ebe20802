#pragma once

#include <optional>
#include <string>

namespace terroir {

/// A number in one unit as that in another: value * scale + offset.
struct UnitMap {
  double scale = 1, offset = 0;
  friend bool operator==(const UnitMap&, const UnitMap&) = default;
};

/// Knows units of physical quantities.
class UnitConverter {
 public:
  virtual ~UnitConverter() = default;
  [[nodiscard]] virtual bool knows(const std::string& unit) = 0;
  /// Nothing when one of them is not known, or no straight line leads from one to the other.
  [[nodiscard]] virtual std::optional<UnitMap> map(const std::string& from, const std::string& to) = 0;
};

}  // namespace terroir
