#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// Milliseconds since 1970, as the server takes a time.
[[nodiscard]] std::int64_t now_in_milliseconds();

struct MlflowMetric {
  std::string key;
  double value = 0;
  std::int64_t time = 0;  ///< milliseconds since 1970
  std::int64_t step = 0;
};

/// A parameter, which keeps its first value for ever, or a tag, which can change.
struct MlflowText {
  std::string key, value;
};

struct MlflowArtefact {
  std::string path;  ///< inside the run's artefacts
  std::string text;
};

inline constexpr const char* run_finished = "FINISHED";

/// How a run stands, in the server's words: RUNNING, FINISHED, FAILED, KILLED.
struct MlflowStatus {
  std::string word;
  std::int64_t end_time = 0;
};

/// What is to be told about a run.
struct MlflowRecords {
  std::vector<MlflowText> parameters, tags;
  std::vector<MlflowMetric> metrics;
  std::optional<MlflowStatus> status;
  std::vector<MlflowArtefact> artefacts;

  [[nodiscard]] bool empty() const noexcept {
    return parameters.empty() && tags.empty() && metrics.empty() && artefacts.empty() && !status;
  }
  /// Adds what came later.
  void append(MlflowRecords later);
};

/// The bodies of `runs/log-batch` requests for parameters, tags and metrics: at most 100 parameters, 100 tags, 1000 entries and a
/// million bytes in each. Names are made such as the server takes, values are redacted and cut; a metric that is no finite number is
/// left out.
[[nodiscard]] std::vector<std::string> log_batches(const std::string& run_id, const MlflowRecords&);

/// A name that the server takes: letters, digits, _ . - / and blanks, at most 250, no "..", no '/' at its ends.
[[nodiscard]] std::string mlflow_name(std::string_view name);

/// A value, redacted and at most so many bytes long.
[[nodiscard]] std::string mlflow_value(std::string_view value, std::size_t longest);

inline constexpr std::size_t longest_parameter = 6000, longest_tag = 5000;

}  // namespace terroir
