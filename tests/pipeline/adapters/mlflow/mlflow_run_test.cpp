#include "pipeline/adapters/mlflow/mlflow_run.h"

#include "tests/pipeline/adapters/mlflow/fake_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Json = nlohmann::json;
using Kind = MlflowOutcome::Kind;

/// A run at a fake server.
struct RunWorld {
  explicit RunWorld(MlflowSettings how = plain_settings()) : settings(std::move(how)) {}
  MlflowOutcome tell(const MlflowRecords& records = some_metric()) { return run.tell(records); }
  static MlflowRecords some_metric() { return {{}, {}, {{"tiles", 1, 2, 3}}, std::nullopt, {}}; }
  static MlflowRecords end() { return {{}, {}, {}, MlflowStatus{"FINISHED", 99}, {}}; }
  /// Answers the requests whose URL has `part` with `reply`, as often as `times`.
  void answer(const std::string& part, const HttpReply& reply, int times = 1000) {
    const auto before = server.answer;
    server.answer = [=, left = times](const HttpRequest& request) mutable -> std::optional<HttpReply> {
      if (request.url.find(part) != std::string::npos && left-- > 0) return reply;
      return before ? before(request) : std::nullopt;
    };
  }

  FakeServer server;
  MlflowSettings settings;
  FakeHttp http{server};
  Patience patience{5};
  MlflowRun run{http, settings, patience, "valley", 1700000000000};
};

TEST(MlflowRun, IsMadeOnceWhenSomethingIsTold) {
  RunWorld world;
  EXPECT_EQ(world.run.page(), "");
  EXPECT_TRUE(world.tell().done());
  EXPECT_TRUE(world.tell(RunWorld::end()).done());
  EXPECT_THAT(world.server.calls(), ElementsAre("GET experiments/get-by-name?experiment_name=Default", "POST runs/create",
                                                "POST runs/log-batch", "POST runs/update"));
  const Json made = world.server.bodies("runs/create").at(0);
  EXPECT_EQ(made.at("experiment_id"), "7");
  EXPECT_EQ(made.at("run_name"), "valley");
  EXPECT_EQ(made.at("start_time"), 1700000000000);
  EXPECT_EQ(world.server.bodies("log-batch").at(0).at("run_id"), "r1");
  EXPECT_EQ(world.server.bodies("runs/update").at(0), Json::parse(R"({"run_id":"r1","status":"FINISHED","end_time":99})"));
  EXPECT_EQ(world.run.page(), "http://host/#/experiments/7/runs/r1");
}

TEST(MlflowRun, MakesTheExperimentThatIsMissing) {
  auto settings = plain_settings();
  settings.experiment_name = "soil & rock";
  RunWorld world(settings);
  world.answer("get-by-name", FakeServer::refusal(404, "RESOURCE_DOES_NOT_EXIST"));
  world.answer("experiments/create", FakeServer::ok({{"experiment_id", "8"}}));
  EXPECT_TRUE(world.tell().done());
  EXPECT_EQ(world.server.calls().at(0), "GET experiments/get-by-name?experiment_name=soil%20%26%20rock");
  EXPECT_EQ(world.server.bodies("experiments/create").at(0), Json::parse(R"({"name":"soil & rock"})"));
  EXPECT_EQ(world.server.bodies("runs/create").at(0).at("experiment_id"), "8");
}

TEST(MlflowRun, TakesTheExperimentThatAnotherHasMadeMeanwhile) {
  RunWorld world;
  world.answer("get-by-name", FakeServer::refusal(404, "RESOURCE_DOES_NOT_EXIST"), 1);
  world.answer("experiments/create", FakeServer::refusal(400, "RESOURCE_ALREADY_EXISTS"));
  EXPECT_TRUE(world.tell().done());
  EXPECT_EQ(world.server.bodies("runs/create").at(0).at("experiment_id"), "7");
}

TEST(MlflowRun, GoesOnWhenItExists) {
  auto settings = plain_settings();
  settings.run_id = "r1";
  RunWorld world(settings);
  EXPECT_TRUE(world.tell().done());
  EXPECT_TRUE(world.tell(RunWorld::end()).done());
  EXPECT_THAT(world.server.calls(), ElementsAre("GET runs/get?run_id=r1", "POST runs/update", "POST runs/log-batch", "POST runs/update"));
  EXPECT_EQ(world.server.bodies("runs/update").at(0), Json::parse(R"({"run_id":"r1","status":"RUNNING"})"));
}

TEST(MlflowRun, SaysThatItDoesNotExist) {
  auto settings = plain_settings();
  settings.run_id = "r9";
  RunWorld world(settings);
  world.answer("runs/get", FakeServer::refusal(404, "RESOURCE_DOES_NOT_EXIST"));
  const auto outcome = world.tell();
  EXPECT_EQ(outcome.kind, Kind::never);
  EXPECT_EQ(outcome.why, "it has no run r9; correct or unset MLFLOW_RUN_ID");
}

TEST(MlflowRun, IsNotEndedInAJobOfAzureMl) {
  auto settings = plain_settings();
  settings.run_id = "job1";
  settings.azure = true;
  RunWorld world(settings);
  EXPECT_TRUE(world.tell().done());
  auto records = RunWorld::end();
  records.artefacts = {{"valley/plan.txt", "Plan"}};
  EXPECT_TRUE(world.tell(records).done());
  EXPECT_THAT(world.server.calls(), ElementsAre("POST runs/log-batch"));
  EXPECT_EQ(world.server.bodies("log-batch").at(0).at("run_id"), "job1");
  EXPECT_EQ(world.run.left_out(), "");
}

TEST(MlflowRun, SendsItsAuthorization) {
  auto settings = plain_settings();
  settings.authorization = "Bearer t";
  RunWorld world(settings);
  EXPECT_TRUE(world.tell().done());
  for (const auto& request : world.server.requests)
    EXPECT_THAT(request.headers, Contains(std::pair<std::string, std::string>("Authorization", "Bearer t")));
}

TEST(MlflowRun, RenewsAShortLivedToken) {
  auto settings = plain_settings();
  settings.run_id = "job1";
  settings.azure = true;
  settings.authorization = "Bearer old";
  settings.token_url = "http://host/history/token";
  settings.token_seconds = 0;
  RunWorld world(settings);
  world.answer("history", FakeServer::ok({{"token", "new"}}), 1);
  EXPECT_TRUE(world.tell().done());
  world.answer("history", FakeServer::refusal(429, "BUSY"));
  EXPECT_TRUE(world.tell().done());
  std::vector<std::string> sent;
  for (const auto& request : world.server.requests) sent.push_back(request.url.substr(11, 7) + " " + request.headers.back().second);
  EXPECT_THAT(sent, ElementsAre("/histor Bearer old", "/api/2. Bearer new", "/histor Bearer new", "/api/2. Bearer new"));
}

TEST(MlflowRun, KeepsParametersThatHaveAnotherValueAsTags) {
  RunWorld world;
  world.answer("log-batch", FakeServer::refusal(400, "INVALID_PARAMETER_VALUE", "Changing param values is not allowed"));
  world.server.answer = [](const HttpRequest& request) -> std::optional<HttpReply> {
    const auto has = [&](const char* text) { return (request.url + request.body).find(text) != std::string::npos; };
    if (has("log-batch") && has("ranks")) return FakeServer::refusal(400, "INVALID_PARAMETER_VALUE");
    if (has("log-parameter") && has("ranks")) return FakeServer::refusal(400, "INVALID_PARAMETER_VALUE");
    return std::nullopt;
  };
  MlflowRecords records = RunWorld::some_metric();
  records.parameters = {{"recipe", "valley"}, {"ranks", "8"}};
  EXPECT_TRUE(world.tell(records).done());
  EXPECT_THAT(world.server.bodies("log-parameter"), SizeIs(2));
  EXPECT_THAT(world.server.bodies("set-tag"), ElementsAre(Json::parse(R"({"run_id":"r1","key":"terroir.ranks","value":"8"})")));
  EXPECT_EQ(world.server.bodies("log-batch").back().at("metrics").size(), 1u);
}

TEST(MlflowRun, PutsArtefactsWhereTheServerKeepsThem) {
  for (const char* uri : {"mlflow-artifacts:/7/r1/artifacts", "mlflow-artifacts://elsewhere:9/7/r1/artifacts"}) {
    RunWorld world;
    world.server.artifact_uri = uri;
    EXPECT_TRUE(world.tell({{}, {}, {}, std::nullopt, {{"my valley/plan.txt", "x?sig=abc"}}}).done());
    const auto& put = world.server.requests.back();
    EXPECT_EQ(put.method, "PUT");
    EXPECT_EQ(put.url, "http://host/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/my%20valley/plan.txt");
    EXPECT_EQ(put.body, "x?sig=[redacted]");
  }
}

TEST(MlflowRun, GoesOnWithoutArtefacts) {
  RunWorld elsewhere;
  elsewhere.server.artifact_uri = "s3://bucket/7/r1";
  const MlflowRecords records{{}, {}, {}, std::nullopt, {{"a", "x"}, {"b", "y"}}};
  EXPECT_TRUE(elsewhere.tell(records).done());
  EXPECT_THAT(elsewhere.run.left_out(), HasSubstr("it keeps artefacts in s3://bucket/7/r1"));
  EXPECT_EQ(elsewhere.server.calls().size(), 2u);
  RunWorld refused;
  refused.answer("mlflow-artifacts/", FakeServer::refusal(403, "PERMISSION_DENIED"));
  EXPECT_TRUE(refused.tell(records).done());
  EXPECT_EQ(refused.run.left_out(),
            "it answered 403 PERMISSION_DENIED (see MLFLOW_TRACKING_TOKEN, or _USERNAME and _PASSWORD); recipe, plan and summary are not "
            "kept there");
  EXPECT_EQ(refused.server.calls().size(), 3u);
}

TEST(MlflowRun, IsEndedAlthoughAMetricIsRefused) {
  RunWorld world;
  world.answer("log-batch", FakeServer::refusal(400, "INVALID_PARAMETER_VALUE", "no such name"));
  MlflowRecords records = RunWorld::some_metric();
  records.status = MlflowStatus{"FINISHED", 99};
  EXPECT_TRUE(world.tell(records).done());
  EXPECT_EQ(world.server.calls().back(), "POST runs/update");
  EXPECT_EQ(world.run.left_out(), "it answered 400 INVALID_PARAMETER_VALUE: no such name; some metrics or tags are not kept there");
}

TEST(MlflowRun, TellsFirstThatItFailedAndLastThatItFinished) {
  for (const std::string word : {"FINISHED", "FAILED", "KILLED"}) {
    RunWorld world;
    auto records = RunWorld::some_metric();
    records.status = MlflowStatus{word, 99};
    EXPECT_TRUE(world.tell(records).done());
    const auto calls = world.server.calls();
    ASSERT_THAT(calls, SizeIs(4));
    EXPECT_EQ(calls[word == "FINISHED" ? 3 : 2], "POST runs/update") << word;
    EXPECT_EQ(calls[word == "FINISHED" ? 2 : 3], "POST runs/log-batch") << word;
  }
}

TEST(MlflowRun, TellsWhatMayPassFromWhatWillNot) {
  for (const auto& [reply, kind] : {std::pair{FakeServer::nothing(1), Kind::later},
                                    {FakeServer::refusal(503, ""), Kind::later},
                                    {FakeServer::refusal(429, ""), Kind::later},
                                    {FakeServer::refusal(401, ""), Kind::never},
                                    {HttpReply{200, "<html>", "", true, 0}, Kind::never},
                                    {HttpReply{200, "[1]", "", true, 0}, Kind::never}}) {
    RunWorld world;
    world.answer("log-batch", reply);
    EXPECT_EQ(world.tell().kind, kind) << reply.status;
  }
}

TEST(MlflowRun, ChargesFailuresToThePatience) {
  RunWorld world;
  world.answer("log-batch", FakeServer::nothing(2));
  EXPECT_EQ(world.tell().kind, Kind::later);
  EXPECT_EQ(world.patience.left(), 3);
  EXPECT_EQ(world.tell().kind, Kind::later);
  EXPECT_EQ(world.patience.left(), 1);
  EXPECT_EQ(world.server.requests.back().seconds, 3);
  EXPECT_EQ(world.tell().kind, Kind::later);
  EXPECT_EQ(world.patience.left(), 0);
  const auto before = world.server.requests.size();
  EXPECT_EQ(world.tell().why, "no time is left for it");
  EXPECT_EQ(world.server.requests.size(), before);
}

TEST(MlflowRun, IsNotMadeTwice) {
  RunWorld lost;
  lost.answer("runs/create", FakeServer::nothing(0, true));
  EXPECT_EQ(lost.tell().kind, Kind::later);
  EXPECT_EQ(lost.tell().kind, Kind::never);
  EXPECT_THAT(lost.server.bodies("runs/create"), SizeIs(1));
  RunWorld unreached;
  unreached.answer("runs/create", FakeServer::nothing(0, false), 1);
  EXPECT_EQ(unreached.tell().kind, Kind::later);
  EXPECT_TRUE(unreached.tell().done());
}

TEST(MlflowRun, DoesNotBelieveEverything) {
  for (const auto& info : {Json::object(), Json{{"run_id", "\x1b[2J"}, {"experiment_id", "7"}}, Json{{"run_id", 7}, {"experiment_id", "7"}},
                           Json{{"run_id", "r1"}}, Json::array()}) {
    RunWorld world;
    world.answer("runs/create", FakeServer::ok({{"run", {{"info", info}}}}));
    EXPECT_EQ(world.tell().kind, Kind::never);
    EXPECT_EQ(world.run.page(), "");
  }
}

TEST(MlflowRun, RepeatsNoSecretsAndNoControlCharactersOfTheServer) {
  auto settings = plain_settings();
  settings.authorization = "Bearer abc-def";
  RunWorld world(settings);
  world.answer("runs/create", FakeServer::refusal(400, "NO", "\x1b[31m your token is abc-def\n" + std::string(5000, 'x')));
  const auto outcome = world.tell();
  EXPECT_THAT(outcome.why, HasSubstr("it answered 400 NO:  [31m your token is [redacted] x"));
  EXPECT_LT(outcome.why.size(), 300u);
}

}  // namespace
}  // namespace terroir
