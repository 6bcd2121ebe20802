#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace terroir {

/// A server on loopback that answers each connection with whatever bytes `answer` makes of the request, then closes it. An empty
/// answer closes at once; `silent` keeps the connection open without a word.
class LoopbackServer {
 public:
  static inline const std::string silent = "silent";

  explicit LoopbackServer(std::function<std::string(const std::string& request)> answer) : answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(socket_, 8);
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~LoopbackServer() {
    stopping_ = true;
    thread_.join();
    for (const int kept : kept_) ::close(kept);
    ::close(socket_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  /// What was asked, in order. After the client has its answer.
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }

 private:
  static bool readable(int descriptor) {
    pollfd waiting{descriptor, POLLIN, 0};
    return ::poll(&waiting, 1, 20) > 0;
  }

  void serve() {
    while (!stopping_) {
      if (!readable(socket_)) continue;
      const int connection = ::accept(socket_, nullptr, nullptr);
      requests_.push_back(read_request(connection));
      const std::string answer = answer_(requests_.back());
      if (answer == silent) {
        kept_.push_back(connection);
        continue;
      }
      std::size_t sent = 0;
      while (sent < answer.size()) {
        const auto count = ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += static_cast<std::size_t>(count);
      }
      ::shutdown(connection, SHUT_WR);
      while (!stopping_ && readable(connection) && ::recv(connection, buffer_, sizeof buffer_, 0) > 0) {
      }
      ::close(connection);
    }
  }

  /// The head and as much body as Content-Length says.
  std::string read_request(int connection) {
    std::string text;
    while (!stopping_) {
      const auto head = text.find("\r\n\r\n");
      if (head != std::string::npos) {
        const auto length = text.find("Content-Length: ");
        const std::size_t body = length < head ? std::stoul(text.substr(length + 16)) : 0;
        if (text.size() >= head + 4 + body) break;
      }
      if (!readable(connection)) continue;
      const auto count = ::recv(connection, buffer_, sizeof buffer_, 0);
      if (count <= 0) break;
      text.append(buffer_, static_cast<std::size_t>(count));
    }
    return text;
  }

  std::function<std::string(const std::string&)> answer_;
  const int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int port_ = 0;
  std::vector<std::string> requests_;
  std::vector<int> kept_;
  char buffer_[4096] = {};
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

/// A whole answer with a body.
inline std::string http_answer(int status, const std::string& body, const std::string& header = "") {
  return "HTTP/1.1 " + std::to_string(status) + " whatever\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n" + header + "\r\n" + body;
}

}  // namespace terroir
