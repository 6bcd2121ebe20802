#pragma once

#include "pipeline/run/destination.h"

#include <set>
#include <string>
#include <vector>

namespace terroir {

/// Sees whether another job has begun to write the same outputs, which no lock can keep it from where storage knows none: of two jobs
/// the one that began last goes on. What a mount does not show of another machine stays unseen.
class RivalWatch {
 public:
  RivalWatch(const std::vector<Destination>& destinations, std::string attempt)
      : destinations_(destinations), attempt_(std::move(attempt)) {}

  /// Takes the markers that are there for those of attempts that have ended. Before this attempt looks into the folders.
  void begin();
  /// Throws Error(Fault::system) when a later attempt has left its marker since.
  void look() const;

 private:
  const std::vector<Destination>& destinations_;
  const std::string attempt_;
  std::vector<std::set<std::string>> known_;  ///< keys of markers by output
};

}  // namespace terroir
