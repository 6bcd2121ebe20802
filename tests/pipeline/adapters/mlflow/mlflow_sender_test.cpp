#include "pipeline/adapters/mlflow/mlflow_sender.h"

#include "tests/pipeline/adapters/mlflow/fake_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace terroir {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr double long_time = 60;

MlflowTimes quick() { return {5, 0.001, 0.002, 0.001, 5, 3}; }

MlflowRecords point(double value) { return {{}, {}, {{"tiles", value, 0, 0}}, std::nullopt, {}}; }

/// A sender to a fake server. The server must outlive it.
struct World {
  explicit World(FakeServer& at, const MlflowTimes& times = quick())
      : sender(std::make_unique<FakeHttp>(at), plain_settings(), "valley", times) {}
  MlflowSender sender;
};

std::vector<double> told(const FakeServer& server) {
  std::vector<double> values;
  for (const auto& body : server.bodies("log-batch"))
    for (const auto& metric : body.at("metrics")) values.push_back(metric.at("value"));
  return values;
}

std::string await_trouble(MlflowSender& sender) {
  std::string trouble;
  while (trouble.empty()) {
    std::this_thread::yield();
    trouble = sender.take_trouble();
  }
  return trouble;
}

/// Holds the server's answers back until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void await_somebody() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

TEST(MlflowSender, TellsEverythingInOrder) {
  FakeServer server;
  World world(server);
  for (int i = 0; i < 100; ++i) world.sender.post(point(i));
  world.sender.finish(long_time);
  std::vector<double> wanted(100);
  for (int i = 0; i < 100; ++i) wanted[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(told(server), wanted);
  EXPECT_EQ(world.sender.take_trouble(), "");
  EXPECT_EQ(world.sender.page(), "http://host/#/experiments/7/runs/r1");
}

TEST(MlflowSender, LetsNobodyWaitWhileTheServerDoes) {
  FakeServer server;
  Gate gate;
  server.answer = [&](const HttpRequest&) -> std::optional<HttpReply> {
    gate.pass();
    return std::nullopt;
  };
  World world(server);
  world.sender.post(point(1));
  gate.await_somebody();
  for (int i = 2; i < 5; ++i) world.sender.post(point(i));  // returns although the server does not answer
  EXPECT_THAT(told(server), SizeIs(0));
  gate.open();
  world.sender.finish(long_time);
  EXPECT_EQ(told(server), (std::vector<double>{1, 2, 3, 4}));
}

TEST(MlflowSender, TriesAgainWhenTheServerWasAway) {
  FakeServer server;
  std::atomic<int> calls = 0;
  server.answer = [&](const HttpRequest& request) -> std::optional<HttpReply> {
    if (request.url.find("log-batch") == std::string::npos || ++calls > 20) return std::nullopt;
    return FakeServer::refusal(503, "AWAY");
  };
  World world(server, {5, 0.0001, 0.0002, 0.0001, 5, 30});
  world.sender.post(point(1));
  world.sender.finish(long_time);
  EXPECT_EQ(told(server).size(), 21u);
  EXPECT_EQ(world.sender.take_trouble(), "");
}

TEST(MlflowSender, GivesUpOnceAndForAllWhenThePatienceIsOver) {
  FakeServer server;
  server.answer = [&](const HttpRequest& request) -> std::optional<HttpReply> { return FakeServer::nothing(request.seconds); };
  World world(server);
  world.sender.post(point(1));
  EXPECT_THAT(await_trouble(world.sender), HasSubstr("no answer; the run is not logged there any more"));
  EXPECT_EQ(server.calls().size(), 1u);
  EXPECT_EQ(server.requests.at(0).seconds, 5);
  EXPECT_EQ(world.sender.take_trouble(), "");
  world.sender.post(point(2));
  world.sender.finish(long_time);
  EXPECT_EQ(server.calls().size(), 1u);
}

TEST(MlflowSender, GivesUpAServerThatNeverAnswered) {
  FakeServer server;
  server.answer = [&](const HttpRequest&) -> std::optional<HttpReply> { return FakeServer::nothing(0, false); };
  World world(server);
  world.sender.post(point(1));
  EXPECT_THAT(await_trouble(world.sender), HasSubstr("no answer"));
  EXPECT_EQ(server.calls().size(), 5u);
}

TEST(MlflowSender, TriesLittleWhenTheJobHasEnded) {
  FakeServer server;
  std::atomic<int> calls = 0;
  Gate first;
  server.answer = [&](const HttpRequest&) -> std::optional<HttpReply> {
    if (++calls == 1) first.pass();
    return FakeServer::nothing(0, false);
  };
  World world(server, {5, long_time, long_time, 0.001, 5, 3});
  world.sender.post(point(1));
  first.await_somebody();
  first.open();
  world.sender.finish(long_time);
  EXPECT_GE(calls, 3);
  EXPECT_LE(calls, 4);
  EXPECT_NE(world.sender.take_trouble(), "");
}

TEST(MlflowSender, GivesUpWhenItIsRefused) {
  FakeServer server;
  server.answer = [](const HttpRequest& request) -> std::optional<HttpReply> {
    if (request.url.find("log-batch") == std::string::npos) return std::nullopt;
    return FakeServer::refusal(403, "PERMISSION_DENIED");
  };
  World world(server);
  world.sender.post(point(1));
  world.sender.finish(long_time);
  EXPECT_THAT(world.sender.take_trouble(), HasSubstr("it answered 403 PERMISSION_DENIED"));
}

TEST(MlflowSender, WaitsNoLongerThanItMay) {
  FakeServer server;
  Gate gate;
  server.answer = [&](const HttpRequest&) -> std::optional<HttpReply> {
    gate.pass();
    return FakeServer::nothing(0);
  };
  World world(server);
  world.sender.post(point(1));
  gate.await_somebody();
  world.sender.finish(0.01);  // the server is still silent
  EXPECT_THAT(world.sender.take_trouble(), HasSubstr("it is too slow"));
  gate.open();
}

TEST(MlflowSender, TellsOnceWhatIsLeftOut) {
  FakeServer server;
  server.artifact_uri = "s3://bucket";
  World world(server);
  world.sender.post({{}, {}, {}, std::nullopt, {{"a", "x"}}});
  world.sender.finish(long_time);
  EXPECT_THAT(world.sender.take_trouble(), HasSubstr("recipe, plan and summary are not kept there"));
  world.sender.post({{}, {}, {}, std::nullopt, {{"b", "x"}}});
  world.sender.finish(long_time);
  EXPECT_EQ(world.sender.take_trouble(), "");
}

}  // namespace
}  // namespace terroir
