#include "pipeline/redaction/redactor.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace terroir {
namespace {

TEST(Redactor, TakesOutWhatItWasTold) {
  const Redactor redactor({"hunter2", "hunter2-and-more"});
  EXPECT_EQ(redactor("login hunter2 failed, hunter2-and-more did not"), "login [redacted] failed, [redacted] did not");
}

TEST(Redactor, KnowsTheSpellingsOfASecret) {
  const Redactor redactor({R"(a"b/c+d==)"});
  EXPECT_EQ(redactor(R"({"x": "a\"b/c+d=="})"), R"({"x": "[redacted]"})");
  EXPECT_EQ(redactor("http://host/?k=a%22b%2Fc%2Bd%3D%3D&l=a%22b%2fc%2bd%3d%3d"), "http://host/?k=[redacted]&l=[redacted]");
}

TEST(Redactor, KnowsSignaturesAndKeysByTheirNames) {
  const Redactor redactor;
  EXPECT_EQ(redactor("cannot read https://a.blob.core.windows.net/c/dem.tif?sv=2023&sig=aB%2Fc%3D&se=2026; check it"),
            "cannot read https://a.blob.core.windows.net/c/dem.tif?sv=2023&sig=[redacted]&se=2026; check it");
  EXPECT_EQ(redactor("AccountName=store;AccountKey=Zm9v+/==;EndpointSuffix=x"), "AccountName=store;AccountKey=[redacted];EndpointSuffix=x");
  EXPECT_EQ(redactor("Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=Zm9v"),
            "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=[redacted]");
  EXPECT_EQ(redactor(R"({"url":"dem.tif?SIG=abc","next":1})"), R"({"url":"dem.tif?SIG=[redacted]","next":1})");
  EXPECT_EQ(redactor("u=dem.tif%3Fsv%3D1%26sig%3DaB%252F"), "u=dem.tif%3Fsv%3D1%26sig%3D[redacted]");
  EXPECT_EQ(redactor("sig=a sig=b"), "sig=[redacted] sig=[redacted]");
}

TEST(Redactor, KnowsBearerTokensAndPasswordsOfUrls) {
  const Redactor redactor;
  EXPECT_EQ(redactor("Authorization: bearer eyJhbGciOi.J9-_~+/= was refused"), "Authorization: bearer [redacted] was refused");
  EXPECT_EQ(redactor("postgresql://user:p@ss:w&rd@host:5432/db"), "postgresql://user:[redacted]@host:5432/db");
}

TEST(Redactor, LeavesOtherTextAlone) {
  const Redactor redactor;
  for (const char* text : {"design=new", "sig= ", "a bearer token", "wasbs://data@account.blob.core.windows.net/dem.tif",
                           "http://127.0.0.1:5000/#/runs", "https://host/a:b@c", "", "AccountKeyName=a"})
    EXPECT_EQ(redactor(text), text);
}

TEST(Redactor, ChangesNothingTheSecondTime) {
  const Redactor redactor({"secret-value"});
  const std::string once = redactor("secret-value https://u:pw@h/?sig=abc Bearer abcdefghi AccountKey=x");
  EXPECT_EQ(redactor(once), once);
}

TEST(Redactor, WalksThroughDocuments) {
  nlohmann::ordered_json document = {{"sig=name", {"dem.tif?sig=abc", 7, nullptr}}, {"inner", {{"url", "http://u:pw@h"}}}};
  redact(document);
  EXPECT_EQ(document.dump(), R"({"sig=name":["dem.tif?sig=[redacted]",7,null],"inner":{"url":"http://u:[redacted]@h"}})");
}

TEST(Redactor, CutsASignedQueryOff) {
  EXPECT_EQ(without_signature("dem.tif?sv=2023&sig=abc"), "dem.tif");
  EXPECT_EQ(without_signature("dem.tif?sig=abc"), "dem.tif");
  EXPECT_EQ(without_signature("dem.tif?version=3&design=new"), "dem.tif?version=3&design=new");
  EXPECT_EQ(without_signature("what?.tif"), "what?.tif");
}

}  // namespace
}  // namespace terroir
