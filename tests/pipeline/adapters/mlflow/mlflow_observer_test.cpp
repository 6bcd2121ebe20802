#include "pipeline/adapters/mlflow/mlflow_observer.h"

#include "tests/pipeline/adapters/mlflow/fake_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

JobProgress at(double seconds, Index tiles) {
  JobProgress p;
  p.seconds = seconds;
  p.tiles_done = tiles;
  p.work.bytes_read = static_cast<std::uint64_t>(seconds * 3e6);
  p.work.bytes_written = static_cast<std::uint64_t>(seconds * 2e6);
  p.work.compute_seconds = seconds / 2;
  p.peak_memory = 200 << 20;
  return p;
}

JobSummary ended_at(double seconds, Index tiles) {
  JobSummary summary;
  summary.progress = at(seconds, tiles);
  summary.attempt = "20240601T000000.000";
  return summary;
}

/// An observer whose server is a fake, and what it has told the user.
struct World {
  FakeServer server;
  std::vector<std::string> lines;
  MlflowSender sender{std::make_unique<FakeHttp>(server), plain_settings(), "valley", {5, 0.001, 0.002, 0.001, 5, 3}};
  MlflowObserver observer{sender,
                          {{{"recipe", "valley"}, {"ranks", "8"}},
                           {{"terroir.outputs", "out"}},
                           {{"valley/plan.txt", "Plan"}},
                           [](const JobSummary& s) {
                             return std::vector{MlflowArtefact{"valley/summary.json", s.attempt}};
                           }},
                          "http://host",
                          [this](const std::string& line) { lines.push_back(line); }};

  /// All values of a metric, by step.
  [[nodiscard]] std::vector<std::pair<int, double>> metric(const std::string& key) const {
    std::vector<std::pair<int, double>> out;
    for (const auto& body : server.bodies("log-batch"))
      for (const auto& m : body.at("metrics"))
        if (m.at("key") == key) out.emplace_back(m.at("step"), m.at("value"));
    return out;
  }
  [[nodiscard]] std::map<std::string, std::string> texts(const char* list) const {
    std::map<std::string, std::string> out;
    for (const auto& body : server.bodies("log-batch"))
      for (const auto& t : body.at(list)) out[t.at("key")] = t.at("value");
    return out;
  }
  [[nodiscard]] std::vector<std::string> statuses() const {
    std::vector<std::string> out;
    for (const auto& body : server.bodies("runs/update")) out.push_back(body.at("status"));
    return out;
  }
};

TEST(MlflowObserver, TellsAWholeRun) {
  World world;
  for (int i = 0; i <= 100; ++i) world.observer.progress(at(0.1 * i, i));
  world.observer.ended(ended_at(10.5, 105));
  EXPECT_EQ(world.texts("params"), (std::map<std::string, std::string>{{"recipe", "valley"}, {"ranks", "8"}}));
  EXPECT_EQ(world.texts("tags"), (std::map<std::string, std::string>{
                                     {"terroir.outputs", "out"}, {"terroir.exit_code", "0"}, {"terroir.attempt", "20240601T000000.000"}}));
  EXPECT_EQ(world.statuses(), (std::vector<std::string>{"FINISHED"}));
  std::vector<int> steps;
  for (const auto& [step, value] : world.metric("tiles_done")) {
    EXPECT_EQ(step, value);
    steps.push_back(step);
  }
  // A point every two seconds, and one at the end.
  EXPECT_THAT(steps, ElementsAre(0, 20, 40, 60, 80, 100, 105));
  EXPECT_NEAR(world.metric("read_MB_per_s").at(3).second, 3, 1e-6);
  EXPECT_NEAR(world.metric("written_MB_per_s").back().second, 2, 1e-6);
  EXPECT_EQ(world.metric("peak_memory_MiB").back().second, 200);
  EXPECT_EQ(world.metric("seconds_compute").back().second, 5.25);
  EXPECT_EQ(world.metric("seconds").back().second, 10.5);
  std::vector<std::string> kept;
  for (const auto& request : world.server.requests)
    if (request.method == "PUT") kept.push_back(request.url.substr(request.url.find("valley")) + ": " + request.body);
  EXPECT_THAT(kept, ElementsAre("valley/plan.txt: Plan", "valley/summary.json: 20240601T000000.000"));
  EXPECT_THAT(world.lines, ElementsAre("MLflow: http://host/#/experiments/7/runs/r1"));
}

TEST(MlflowObserver, TellsFewerPointsOfALongRun) {
  World world;
  for (int i = 0; i <= 7200; ++i) world.observer.progress(at(5.0 * i, i));  // ten hours
  world.observer.ended(ended_at(36000, 7200));
  EXPECT_GT(world.metric("tiles_done").size(), 1000u);
  EXPECT_LT(world.metric("tiles_done").size(), 1500u);
}

TEST(MlflowObserver, SaysHowTheJobEnded) {
  for (const auto& [code, status] : {std::pair{75, "KILLED"}, {4, "FAILED"}, {2, "FAILED"}}) {
    World world;
    auto summary = ended_at(1, 1);
    summary.failure = JobFailure{code, "reading dem.tif?sig=abc: broken"};
    world.observer.failed(*summary.failure);
    world.observer.ended(summary);
    EXPECT_EQ(world.statuses().back(), status);
    EXPECT_EQ(world.texts("tags").at("terroir.failure"), "reading dem.tif?sig=[redacted]: broken");
    EXPECT_EQ(world.texts("tags").at("terroir.exit_code"), std::to_string(code));
  }
}

TEST(MlflowObserver, HasNoPointOfARunWithNothingToDo) {
  World world;
  auto summary = ended_at(0.1, 0);
  summary.nothing_to_do = true;
  world.observer.ended(summary);
  EXPECT_THAT(world.metric("tiles_done"), IsEmpty());
  EXPECT_EQ(world.statuses(), (std::vector<std::string>{"FINISHED"}));
}

TEST(MlflowObserver, WarnsOnceAboutADeadServer) {
  World world;
  world.server.answer = [](const HttpRequest&) -> std::optional<HttpReply> { return FakeServer::nothing(0, false); };
  for (int i = 0; i <= 10; ++i) world.observer.progress(at(3.0 * i, i));
  world.observer.ended(ended_at(31, 10));
  ASSERT_EQ(world.lines.size(), 1u);
  EXPECT_THAT(world.lines[0], HasSubstr("warning: MLflow at http://host: no answer; the run is not logged there"));
}

}  // namespace
}  // namespace terroir
