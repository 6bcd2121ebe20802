#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// An output of a plan: where it goes, and what writes it by its format.
struct OpenedOutput {
  std::unique_ptr<Store> store;
  std::unique_ptr<Sink> sink;
};
[[nodiscard]] OpenedOutput open_output(const Plan& plan, std::size_t output, CrsReader& crs_reader);

/// What a run has left at a path, a folder's or a file's.
[[nodiscard]] std::unique_ptr<Store> open_result(const std::string& path);

/// Programs that people read this format with and that cannot read this output, or not all of it, each with the reason.
[[nodiscard]] std::vector<std::string> readers_excluded(const OutputPlan& output);

}  // namespace terroir
