#include "pipeline/adapters/units/udunits_converter.h"

#include "pipeline/error.h"

#include <udunits2.h>

#include <cmath>

namespace terroir {
namespace {

struct FreeUnit {
  void operator()(ut_unit* unit) const noexcept { ut_free(unit); }
};
struct FreeConverter {
  void operator()(cv_converter* converter) const noexcept { cv_free(converter); }
};
using UnitPtr = std::unique_ptr<ut_unit, FreeUnit>;

}  // namespace

struct UdunitsConverter::System {
  struct Free {
    void operator()(ut_system* system) const noexcept { ut_free_system(system); }
  };
  std::unique_ptr<ut_system, Free> units;
  [[nodiscard]] UnitPtr parse(const std::string& text) const { return UnitPtr(ut_parse(units.get(), text.c_str(), UT_UTF8)); }
};

UdunitsConverter::UdunitsConverter() : system_(std::make_unique<System>()) {
  ut_set_error_message_handler(ut_ignore);
  system_->units.reset(ut_read_xml(nullptr));
  if (!system_->units)
    throw Error(Fault::system,
                "UDUNITS cannot read its database; install the package libudunits2-data or set UDUNITS2_XML_PATH to udunits2.xml");
}

UdunitsConverter::~UdunitsConverter() = default;

bool UdunitsConverter::knows(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  return system_->parse(unit) != nullptr;
}

std::optional<UnitMap> UdunitsConverter::map(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const UnitPtr a = system_->parse(from), b = system_->parse(to);
  if (!a || !b || ut_are_convertible(a.get(), b.get()) == 0) return std::nullopt;
  const std::unique_ptr<cv_converter, FreeConverter> converter(ut_get_converter(a.get(), b.get()));
  if (!converter) return std::nullopt;
  const double zero = cv_convert_double(converter.get(), 0), one = cv_convert_double(converter.get(), 1);
  const double thousand = cv_convert_double(converter.get(), 1000);
  const UnitMap line{one - zero, zero};
  // Logarithmic units and reciprocals bend. A slope from far apart is told better than one from 0 to 1.
  const double slope = (thousand - zero) / 1000;
  if (!std::isfinite(slope) || slope == 0 || std::abs(slope - line.scale) > 1e-9 * (std::abs(slope) + std::abs(zero))) return std::nullopt;
  return UnitMap{zero == 0 ? one : slope, zero};
}

}  // namespace terroir
