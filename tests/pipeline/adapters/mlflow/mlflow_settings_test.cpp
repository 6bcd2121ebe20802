#include "pipeline/adapters/mlflow/mlflow_settings.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace terroir {
namespace {

using ::testing::HasSubstr;

std::optional<MlflowSettings> settings(const std::map<std::string, std::string>& variables) {
  return read_mlflow_settings([&](const char* name) { return variables.count(name) > 0 ? variables.at(name) : ""; });
}

TEST(MlflowSettings, AreNoneWithoutAUri) {
  EXPECT_FALSE(settings({{"MLFLOW_RUN_ID", "abc"}}));
  EXPECT_FALSE(settings({{"MLFLOW_TRACKING_URI", ""}}));
}

TEST(MlflowSettings, TakeAServer) {
  const auto s = settings({{"MLFLOW_TRACKING_URI", "http://127.0.0.1:5000/prefix/"}, {"MLFLOW_EXPERIMENT_NAME", "soil"}, {"USER", "ada"}});
  EXPECT_EQ(s->server, "http://127.0.0.1:5000/prefix");
  EXPECT_EQ(s->experiment_name, "soil");
  EXPECT_EQ(s->user, "ada");
  EXPECT_EQ(s->authorization, "");
  EXPECT_FALSE(s->azure);
  EXPECT_EQ(settings({{"MLFLOW_TRACKING_URI", "https://host"}})->experiment_name, "Default");
}

TEST(MlflowSettings, UnderstandAJobOfAzureMl) {
  const auto s = settings({{"MLFLOW_TRACKING_URI", "azureml://westus.api.azureml.ms/mlflow/v1.0/subscriptions/s/workspaces/w?"},
                           {"MLFLOW_TRACKING_TOKEN", "t"},
                           {"MLFLOW_RUN_ID", "job1"},
                           {"MLFLOW_EXPERIMENT_ID", "e1"}});
  EXPECT_EQ(s->server, "https://westus.api.azureml.ms/mlflow/v1.0/subscriptions/s/workspaces/w");
  EXPECT_EQ(s->authorization, "Bearer t");
  EXPECT_TRUE(s->azure);
  EXPECT_EQ(s->token_url, "https://westus.api.azureml.ms/history/v1.0/subscriptions/s/workspaces/w/experimentids/e1/runs/job1/token");
}

TEST(MlflowSettings, RenewNoTokenElsewhere) {
  EXPECT_EQ(settings({{"MLFLOW_TRACKING_URI", "https://host/mlflow/v1.0/x"},
                      {"MLFLOW_TRACKING_TOKEN", "t"},
                      {"MLFLOW_RUN_ID", "r"},
                      {"MLFLOW_EXPERIMENT_ID", "e"}})
                ->token_url,
            "");
}

TEST(MlflowSettings, TakeNameAndPasswordBeforeAToken) {
  // RFC 7617's example.
  const auto s = settings({{"MLFLOW_TRACKING_URI", "https://host"},
                           {"MLFLOW_TRACKING_USERNAME", "Aladdin"},
                           {"MLFLOW_TRACKING_PASSWORD", "open sesame"},
                           {"MLFLOW_TRACKING_TOKEN", "t"}});
  EXPECT_EQ(s->authorization, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST(MlflowSettings, RefuseWhatIsNoServer) {
  for (const char* uri :
       {"file:///tmp/mlruns", "file:mlruns", "mlruns", "/tmp/mlruns", "sqlite:///mlflow.db", "databricks", "http://", "https:///"}) {
    try {
      (void)settings({{"MLFLOW_TRACKING_URI", uri}});
      ADD_FAILURE() << uri;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::mistake);
      EXPECT_THAT(error.what(), HasSubstr("MLFLOW_TRACKING_URI: '" + std::string(uri) + "' is no server"));
      EXPECT_THAT(error.what(), HasSubstr("mlflow server --backend-store-uri"));
    }
  }
}

}  // namespace
}  // namespace terroir
