#pragma once

#include <string>
#include <utility>
#include <vector>

namespace terroir {

struct HttpRequest {
  std::string method, url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  double seconds = 5;  ///< for all of it: name, connection, both bodies
};

/// What a server answered, or why there is no answer.
struct HttpReply {
  int status = 0;  ///< 0: no answer, see `failure`
  std::string body;
  std::string failure;  ///< "cannot connect", "no answer within 5 s": for a person, without the URL
  bool sent = true;     ///< whether the request may have reached the server
  double seconds = 0;   ///< that it took
};

/// Sends one request at a time and waits for its answer. Does not throw. Used by one thread at a time.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  [[nodiscard]] virtual HttpReply send(const HttpRequest&) = 0;
};

}  // namespace terroir
