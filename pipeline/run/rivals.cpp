#include "pipeline/run/rivals.h"

#include "pipeline/error.h"
#include "pipeline/run/marker.h"

#include <algorithm>

namespace terroir {

namespace {

/// None where the storage does not tell just now: a job does not end for that.
std::vector<std::string> markers_of(Store& store) {
  try {
    return store.list(std::string(marker_prefix));
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

void RivalWatch::begin() {
  for (const auto& destination : destinations_) {
    const auto keys = markers_of(*destination.store);
    known_.emplace_back(keys.begin(), keys.end());
  }
}

void RivalWatch::look() const {
  for (std::size_t i = 0; i < known_.size(); ++i) {
    Store& store = *destinations_[i].store;
    const auto keys = markers_of(store);
    // Of two that begin at once and see each other, one ends.
    const auto later = [&](const std::string& key) { return known_[i].count(key) == 0 && key > marker_key(attempt_); };
    if (std::any_of(keys.begin(), keys.end(), later))
      throw Error(Fault::system, "another job has begun to write " + store.location() +
                                     " meanwhile, so this one ends; let one job at a time write an output, and run the command again "
                                     "when it has ended");
  }
}

}  // namespace terroir
