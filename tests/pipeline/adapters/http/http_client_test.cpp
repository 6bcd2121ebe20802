#include "pipeline/adapters/http/http_client.h"

#include "tests/pipeline/adapters/http/loopback_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

HttpReply ask(const std::string& url, const HttpRequest& more = {}, const HttpOptions& options = {}) {
  HttpRequest request = more;
  request.url = url;
  if (request.method.empty()) request.method = "GET";
  return make_http_client(options)->send(request);
}

TEST(HttpClient, SendsARequestAndTakesTheAnswer) {
  LoopbackServer server([](const auto&) { return http_answer(200, R"({"run":1})"); });
  const HttpReply reply =
      ask(server.url("/api?x=1"), {"POST", "", {{"Content-Type", "application/json"}, {"Authorization", "Bearer abc"}}, "{}"});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"run":1})");
  EXPECT_EQ(reply.failure, "");
  ASSERT_THAT(server.requests(), SizeIs(1));
  EXPECT_THAT(server.requests()[0], StartsWith("POST /api?x=1 HTTP/1.1\r\n"));
  for (const char* part : {"Content-Type: application/json\r\n", "Authorization: Bearer abc\r\n", "User-Agent: terroir/", "\r\n\r\n{}"})
    EXPECT_THAT(server.requests()[0], HasSubstr(part));
  EXPECT_THAT(server.requests()[0], Not(HasSubstr("Expect")));
}

TEST(HttpClient, PutsBytesAsTheyAre) {
  LoopbackServer server([](const auto&) { return http_answer(204, ""); });
  const std::string bytes("a\0b\xff", 4);
  EXPECT_EQ(ask(server.url(), {"PUT", "", {}, bytes}).status, 204);
  EXPECT_THAT(server.requests().at(0), StartsWith("PUT / "));
  EXPECT_TRUE(server.requests()[0].ends_with("\r\n\r\n" + bytes));
}

TEST(HttpClient, TellsAnAnswerFromAFailure) {
  LoopbackServer server([](const auto&) { return http_answer(500, "broken"); });
  const HttpReply reply = ask(server.url());
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, "broken");
}

TEST(HttpClient, IsUsedAgain) {
  LoopbackServer server([](const auto& request) { return http_answer(200, request.substr(0, 6)); });
  const auto client = make_http_client();
  EXPECT_EQ(client->send({"PUT", server.url("/a"), {{"X", "1"}}, "body"}).body, "PUT /a");
  EXPECT_EQ(client->send({"GET", server.url("/b"), {}, ""}).body, "GET /b");
  EXPECT_THAT(server.requests().at(1), Not(HasSubstr("X: 1")));
}

TEST(HttpClient, FollowsAFewRedirections) {
  LoopbackServer server([](const auto& request) {
    return request.starts_with("POST /old") ? http_answer(302, "", "Location: /new\r\n") : http_answer(200, "here");
  });
  EXPECT_EQ(ask(server.url("/old"), {"POST", "", {}, "{}"}).body, "here");
  EXPECT_TRUE(server.requests().at(1).starts_with("POST /new") && server.requests()[1].ends_with("{}"));
  LoopbackServer circle([](const auto&) { return http_answer(302, "", "Location: /again\r\n"); });
  const HttpReply reply = ask(circle.url());
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.failure, "it redirects in circles");
  EXPECT_THAT(circle.requests(), SizeIs(4));
}

TEST(HttpClient, KeepsATokenFromAnotherHost) {
  LoopbackServer other([](const auto&) { return http_answer(200, ""); });
  LoopbackServer server([&](const auto&) { return http_answer(302, "", "Location: " + other.url() + "\r\n"); });
  EXPECT_EQ(ask(server.url(), {"GET", "", {{"Authorization", "Bearer abc"}}, ""}).status, 200);
  EXPECT_THAT(other.requests().at(0), Not(HasSubstr("Bearer")));
}

TEST(HttpClient, ReadsNoFilesAndSpeaksNoOtherProtocol) {
  LoopbackServer server([](const auto&) { return http_answer(302, "", "Location: file:///etc/passwd\r\n"); });
  for (const auto& url : {server.url(), std::string("file:///etc/passwd"), std::string("ftp://127.0.0.1/")}) {
    const HttpReply reply = ask(url);
    EXPECT_EQ(reply.status, 0) << url;
    EXPECT_EQ(reply.body, "");
    EXPECT_NE(reply.failure, "");
  }
}

TEST(HttpClient, StopsAnEndlessAnswer) {
  LoopbackServer server([](const auto&) { return "HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x'); });
  const HttpReply reply = ask(server.url(), {}, {.longest_reply = 4096, .certificates = ""});
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.failure, "the answer is longer than 4 KiB");
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(ask(server.url()).body.size(), 5000u);
}

TEST(HttpClient, WaitsNoLongerThanItIsTold) {
  LoopbackServer server([](const auto&) { return LoopbackServer::silent; });
  HttpRequest request;
  request.seconds = 0.2;
  const HttpReply reply = ask(server.url(), request);
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.failure, "no answer within 0.2 s");
  EXPECT_TRUE(reply.sent);
  EXPECT_GE(reply.seconds, 0.19);
}

TEST(HttpClient, SpeaksNoPlainTextWhereTlsIsAskedFor) {
  LoopbackServer server([](const auto&) { return http_answer(200, ""); });
  HttpRequest request;
  request.seconds = 0.2;
  EXPECT_EQ(ask("https" + server.url().substr(4), request).status, 0);
}

TEST(HttpClient, SaysWhyThereIsNoAnswer) {
  LoopbackServer closes([](const auto&) { return ""; });
  EXPECT_EQ(ask(closes.url()).failure, "it closed the connection without an answer");
  LoopbackServer garbage([](const auto&) { return "\x01\x02\x03 what?"; });
  EXPECT_EQ(ask(garbage.url()).status, 0);
  EXPECT_NE(ask(garbage.url()).failure, "");
  std::string gone;
  {
    LoopbackServer server([](const auto&) { return ""; });
    gone = server.url();
  }
  const HttpReply reply = ask(gone);
  EXPECT_EQ(reply.failure, "cannot connect");
  EXPECT_FALSE(reply.sent);
}

}  // namespace
}  // namespace terroir
