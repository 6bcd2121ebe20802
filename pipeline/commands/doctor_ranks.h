#pragma once

#include "pipeline/commands/findings.h"
#include "pipeline/ports/communicator.h"
#include "pipeline/ports/store.h"

#include <string>
#include <vector>

namespace terroir {

/// Rank 0's side of `terroir doctor`: takes what the other ranks have found and asks them questions. None may keep it waiting for longer
/// than `patience` seconds.
class DoctorDesk {
 public:
  DoctorDesk(Communicator& communicator, double patience) : communicator_(communicator), patience_(patience) {}

  /// The findings of all ranks that have answered, `own` first; a fault for those that have not.
  [[nodiscard]] std::vector<RankFindings> gather(std::vector<Finding> own);
  /// Whether an object that this rank writes is seen by ranks of other hosts. Nothing when there are none.
  [[nodiscard]] std::vector<Finding> compare_views(Store& store, const std::string& key);
  /// Lets the others go; false when some have not answered and would never leave.
  [[nodiscard]] bool dismiss();

 private:
  Communicator& communicator_;
  const double patience_;
  std::vector<int> present_;  ///< ranks that have answered
};

/// The others' side: tells rank 0 what this rank has found, answers its questions, and returns when it is dismissed.
void visit_desk(Communicator& communicator, const std::vector<Finding>& findings, Store* store, double patience);

}  // namespace terroir
