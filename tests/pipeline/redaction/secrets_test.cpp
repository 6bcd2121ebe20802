#include "pipeline/redaction/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> secrets(std::initializer_list<const char*> variables) {
  std::vector<const char*> environment(variables);
  environment.push_back(nullptr);
  return secrets_of(environment.data());
}

TEST(Secrets, AreValuesOfVariablesWithTellingNames) {
  EXPECT_THAT(secrets({"MLFLOW_TRACKING_TOKEN=eyJhbGciOi", "AZURE_STORAGE_ACCESS_KEY=q+8/Zw==", "client_secret=hunter-two",
                       "PGPASSWORD=pass word", "AZUREML_CONTEXT=abc123def", "HOME=/root", "USER=somebody"}),
              UnorderedElementsAre("eyJhbGciOi", "q+8/Zw==", "hunter-two", "pass word", "abc123def"));
}

TEST(Secrets, AreNotWhatSettingsHold) {
  EXPECT_THAT(secrets({"TOKENIZERS_PARALLELISM=True", "KEYBOARD=us", "TOKEN_REFRESH_SECONDS=300000", "RUN_TOKEN_EXPIRY=1655999999.25",
                       "DOCKER_CONTEXT=default", "SSH_KEY_FILE=/etc/passwd", "EMPTY_KEY=", "BLANK_KEY=          "}),
              IsEmpty());
}

TEST(Secrets, MayLookLikePathsAndNumbers) {
  EXPECT_THAT(secrets({"STORAGE_KEY=/w+3rX9Yk=", "LONG_TOKEN=123456789012345678901234567890"}),
              UnorderedElementsAre("/w+3rX9Yk=", "123456789012345678901234567890"));
}

TEST(Secrets, HaveNoBlanksAround) { EXPECT_THAT(secrets({"A_TOKEN= abcdefgh\n"}), ElementsAre("abcdefgh")); }

TEST(Secrets, OfAConnectionStringAreItsKeysToo) {
  const std::string whole = "DefaultEndpointsProtocol=https;AccountName=store;AccountKey=Zm9vYmFy+/==;EndpointSuffix=core.windows.net";
  EXPECT_THAT(secrets({("AZURE_STORAGE_CONNECTION_STRING=" + whole).c_str()}), UnorderedElementsAre(whole, "Zm9vYmFy+/=="));
}

TEST(Secrets, OfASasTokenAreItsSignatureToo) {
  EXPECT_THAT(secrets({"AZURE_STORAGE_SAS_TOKEN=?sv=2023&se=2026&sig=aBc%2Fdef%3D"}),
              UnorderedElementsAre("?sv=2023&se=2026&sig=aBc%2Fdef%3D", "sv=2023&se=2026&sig=aBc%2Fdef%3D", "aBc%2Fdef%3D"));
}

TEST(Secrets, OfADocumentAreItsTokensToo) {
  const std::string whole = R"({"experiment":"soil-map","run":[{"run_token":"abcdef123"}],"token":7})";
  EXPECT_THAT(secrets({("AZUREML_CR_AZUREML_CONTEXT=" + whole).c_str()}), UnorderedElementsAre(whole, "abcdef123"));
  EXPECT_THAT(secrets({"SOME_CONTEXT={\"broken\": \"abcdef\""}), ElementsAre("{\"broken\": \"abcdef\""));
}

TEST(Secrets, OfSeveralLinesAreItsLinesToo) {
  EXPECT_THAT(secrets({"TLS_KEY=MIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n=="}),
              UnorderedElementsAre("MIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n==", "MIIEvQIBADANBgkqhkiG", "9w0BAQEFAASCBKcwggSj"));
}

}  // namespace
}  // namespace terroir
