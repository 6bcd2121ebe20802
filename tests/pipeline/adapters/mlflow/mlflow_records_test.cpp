#include "pipeline/adapters/mlflow/mlflow_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <limits>

namespace terroir {
namespace {

using ::testing::SizeIs;
using Json = nlohmann::json;

std::size_t entries(const Json& body) { return body.at("params").size() + body.at("tags").size() + body.at("metrics").size(); }

TEST(MlflowRecords, BecomeOneRequestWhenTheyFit) {
  const auto bodies = log_batches("r1", {{{"ranks", "8"}}, {{"host", "vm"}}, {{"tiles", 3.5, 1700000000000, 4}}, std::nullopt, {}});
  ASSERT_THAT(bodies, SizeIs(1));
  EXPECT_EQ(Json::parse(bodies[0]),
            Json::parse(R"({"run_id":"r1","params":[{"key":"ranks","value":"8"}],"tags":[{"key":"host","value":"vm"}],
      "metrics":[{"key":"tiles","value":3.5,"timestamp":1700000000000,"step":4}]})"));
  EXPECT_THAT(log_batches("r1", {}), SizeIs(0));
}

TEST(MlflowRecords, KeepTheLimitsOfARequest) {
  MlflowRecords many;
  for (int i = 0; i < 250; ++i) many.parameters.push_back({"p" + std::to_string(i), "v"});
  for (int i = 0; i < 2500; ++i) many.metrics.push_back({"m", double(i), i, i});
  std::size_t parameters = 0, metrics = 0;
  for (const auto& text : log_batches("r1", many)) {
    const Json body = Json::parse(text);
    EXPECT_LE(body.at("params").size(), 100u);
    EXPECT_LE(entries(body), 1000u);
    for (const auto& metric : body.at("metrics")) EXPECT_EQ(metric.at("step"), metrics++);
    parameters += body.at("params").size();
  }
  EXPECT_EQ(parameters, 250u);
  EXPECT_EQ(metrics, 2500u);
  MlflowRecords large;
  for (int i = 0; i < 400; ++i) large.tags.push_back({"t" + std::to_string(i), std::string(9000, '\x01')});
  std::size_t tags = 0;
  for (const auto& text : log_batches("r1", large)) {
    EXPECT_LE(text.size(), 1'000'000u);
    tags += Json::parse(text).at("tags").size();
  }
  EXPECT_EQ(tags, 400u);
}

TEST(MlflowRecords, LeaveOutWhatIsNoNumber) {
  MlflowRecords records;
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1.0})
    records.metrics.push_back({"m", value, 0, 0});
  EXPECT_THAT(Json::parse(log_batches("r1", records).at(0)).at("metrics"), SizeIs(1));
}

TEST(MlflowRecords, AreCutAndRedacted) {
  const auto bodies = log_batches("r1", {{{"p", std::string(7000, 'x')}}, {{"t", "dem.tif?sig=abc"}}, {}, std::nullopt, {}});
  const Json body = Json::parse(bodies.at(0));
  EXPECT_EQ(body["params"][0]["value"].get<std::string>().size(), 6000u);
  EXPECT_EQ(body["tags"][0]["value"], "dem.tif?sig=[redacted]");
}

TEST(MlflowValue, CutsNoCharacterInTwo) { EXPECT_EQ(mlflow_value("abé", 3), "ab"); }

TEST(MlflowName, IsOneThatTheServerTakes) {
  EXPECT_EQ(mlflow_name("terroir.exit_code"), "terroir.exit_code");
  EXPECT_EQ(mlflow_name("a b/c-d"), "a b/c-d");
  EXPECT_EQ(mlflow_name("B8/B4:%é"), "B8/B4____");
  EXPECT_EQ(mlflow_name("/../a//b/./c/"), "_/a/b/c");
  EXPECT_EQ(mlflow_name(""), "_");
  EXPECT_EQ(mlflow_name(std::string(300, 'n')).size(), 250u);
}

TEST(MlflowRecords, Grow) {
  MlflowRecords records{{}, {}, {{"a", 1, 0, 0}}, MlflowStatus{"RUNNING", 0}, {}};
  records.append({{}, {}, {{"a", 2, 1, 1}}, MlflowStatus{"KILLED", 5}, {{"x", "y"}}});
  EXPECT_THAT(records.metrics, SizeIs(2));
  EXPECT_EQ(records.metrics[1].value, 2);
  EXPECT_EQ(records.status->word, "KILLED");
  records.append({});
  EXPECT_EQ(records.status->word, "KILLED");
  EXPECT_FALSE(records.empty());
  EXPECT_TRUE(MlflowRecords{}.empty());
}

}  // namespace
}  // namespace terroir
