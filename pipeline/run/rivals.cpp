#include "pipeline/run/rivals.h"

#include "pipeline/error.h"
#include "pipeline/run/background.h"
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
  looked_ = steady_seconds();
  for (const auto& destination : destinations_) {
    const auto keys = destination.store->list(std::string(marker_prefix));
    known_.emplace_back(keys.begin(), keys.end());
  }
}

void RivalWatch::join() {
  for (std::size_t i = 0; i < known_.size(); ++i) {
    known_[i].insert(marker_key(attempt_));
    for (const auto& key : destinations_[i].store->list(std::string(marker_prefix)))
      if (key < marker_key(attempt_)) known_[i].insert(key);
  }
}

void RivalWatch::look() {
  looked_ = steady_seconds();
  for (std::size_t i = 0; i < known_.size(); ++i) {
    Store& store = *destinations_[i].store;
    const auto keys = markers_of(store);
    const auto unknown = [&](const std::string& key) { return known_[i].count(key) == 0; };
    if (std::any_of(keys.begin(), keys.end(), unknown))
      throw Error(Fault::system, "another job has begun to write " + store.location() +
                                     " meanwhile, so this one ends; let one job at a time write an output, and run the command again "
                                     "when it has ended");
  }
}

void RivalWatch::look_after(double seconds) {
  if (steady_seconds() - looked_ >= seconds) look();
}

}  // namespace terroir
