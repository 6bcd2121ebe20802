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
  /// This attempt's own marker is there. What came meanwhile is of a job that began at the same time: the later name goes on, or none.
  /// What comes from now on is of one that began later, whatever its clock says.
  void join();
  /// Throws Error(Fault::system) when a later attempt has left its marker.
  void look();
  /// The same when the latest look is so many seconds ago.
  void look_after(double seconds);

 private:
  const std::vector<Destination>& destinations_;
  const std::string attempt_;
  std::vector<std::set<std::string>> known_;  ///< keys of markers by output
  double looked_ = 0;
};

}  // namespace terroir
