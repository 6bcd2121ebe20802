#include "pipeline/adapters/http/http_client.h"

#include "pipeline/error.h"
#include "terroir_version.h"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace terroir {
namespace {

constexpr long most_redirections = 3;

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList header_list(const HttpRequest& request) {
  // Without "Expect: 100-continue", for whose answer curl would wait a second.
  HeaderList list(curl_slist_append(nullptr, "Expect:"));
  for (const auto& [name, value] : request.headers)
    if (auto* longer = curl_slist_append(list.get(), (name + ": " + value).c_str())) {
      (void)list.release();
      list.reset(longer);
    }
  return list;
}

std::string lower_case_scheme(const std::string& url) {
  std::string scheme = url.substr(0, url.find(':'));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return scheme;
}

/// The bytes of an answer, up to a limit.
struct Body {
  std::string& text;
  std::size_t limit;
  bool over = false;

  static std::size_t take(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& body = *static_cast<Body*>(self);
    body.over = count > body.limit - body.text.size();
    if (body.over) return 0;
    body.text.append(bytes, count);
    return one * count;
  }
};

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(const HttpOptions& options) : options_(options) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started == CURLE_OK) handle_.reset(curl_easy_init());
    if (!handle_) throw Error(Fault::system, "libcurl did not start; unset MLFLOW_TRACKING_URI to run without it");
  }

  HttpReply send(const HttpRequest& request) override {
    const auto began = std::chrono::steady_clock::now();
    HttpReply reply;
    Body body{reply.body, options_.longest_reply};
    const HeaderList headers = header_list(request);
    prepare(request, headers.get(), body);
    const CURLcode code = curl_easy_perform(handle_.get());
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status > 0) {
      reply.status = static_cast<int>(status);
    } else {
      reply.body.clear();
      reply.failure =
          body.over ? "the answer is longer than " + std::to_string(options_.longest_reply >> 10) + " KiB" : failure(code, request);
      reply.sent = may_have_been_sent();
    }
    reply.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return reply;
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(handle_.get(), option, value);
  }

  void prepare(const HttpRequest& request, curl_slist* headers, Body& body) {
    curl_easy_reset(handle_.get());  // options only: the connection stays
    const bool tls = lower_case_scheme(request.url) == "https";
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
    set(CURLOPT_MAXREDIRS, most_redirections);
    set(CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.certificates.empty()) set(CURLOPT_CAINFO, options_.certificates.c_str());
    set(CURLOPT_TIMEOUT_MS, std::max(1L, std::lround(request.seconds * 1000)));
    set(CURLOPT_NOSIGNAL, 1L);    // there are other threads
    set(CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer holds nobody
    set(CURLOPT_USERAGENT, (std::string("terroir/") + version).c_str());
    set(CURLOPT_HTTPHEADER, headers);
    set(CURLOPT_WRITEFUNCTION, &Body::take);
    set(CURLOPT_WRITEDATA, &body);
    set(CURLOPT_ERRORBUFFER, message_);
    message_[0] = '\0';
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.method == "GET") return;
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }

  /// Nothing is sent before the connection stands.
  [[nodiscard]] bool may_have_been_sent() const {
    curl_off_t before_sending = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_PRETRANSFER_TIME_T, &before_sending);
    return before_sending > 0;
  }

  [[nodiscard]] std::string failure(CURLcode code, const HttpRequest& request) const {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f s", request.seconds);
    switch (code) {
      case CURLE_OK: return "the answer is no HTTP";
      case CURLE_OPERATION_TIMEDOUT: return std::string("no answer within ") + seconds;
      case CURLE_COULDNT_CONNECT: return "cannot connect";
      case CURLE_COULDNT_RESOLVE_HOST: return "its name is not known";
      case CURLE_GOT_NOTHING:
      case CURLE_RECV_ERROR: return "it closed the connection without an answer";
      case CURLE_TOO_MANY_REDIRECTS: return "it redirects in circles";
      default: return message_[0] != '\0' ? message_ : curl_easy_strerror(code);
    }
  }

  HttpOptions options_;
  std::unique_ptr<CURL, FreeHandle> handle_;
  char message_[CURL_ERROR_SIZE] = {};
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(const HttpOptions& options) { return std::make_unique<CurlClient>(options); }

}  // namespace terroir
