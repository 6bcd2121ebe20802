#pragma once

#include "pipeline/ports/unit_converter.h"

#include <memory>
#include <mutex>

namespace terroir {

/// Units by UDUNITS-2, with its own database. May be called from several threads.
class UdunitsConverter final : public UnitConverter {
 public:
  /// Throws Error(Fault::system) when the database cannot be read.
  UdunitsConverter();
  ~UdunitsConverter() override;
  [[nodiscard]] bool knows(const std::string& unit) override;
  [[nodiscard]] std::optional<UnitMap> map(const std::string& from, const std::string& to) override;

 private:
  struct System;
  std::mutex mutex_;
  std::unique_ptr<System> system_;
};

}  // namespace terroir
