#pragma once

#include "pipeline/run/job.h"

#include <vector>

namespace terroir {

/// Several observers of one job, told in the order in which they were added.
class Observers final : public JobObserver {
 public:
  /// Must outlive this.
  void add(JobObserver& observer) { all_.push_back(&observer); }

  void progress(const JobProgress& progress) override {
    for (auto* one : all_) one->progress(progress);
  }
  void publishing(const PublishProgress& progress) override {
    for (auto* one : all_) one->publishing(progress);
  }
  void note(const std::string& text) override {
    for (auto* one : all_) one->note(text);
  }
  void failed(const JobFailure& failure) override {
    for (auto* one : all_) one->failed(failure);
  }
  void ended(const JobSummary& summary) override {
    for (auto* one : all_) one->ended(summary);
  }

 private:
  std::vector<JobObserver*> all_;
};

}  // namespace terroir
