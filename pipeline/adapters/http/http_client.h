#pragma once

#include "pipeline/ports/http.h"

#include <cstddef>
#include <memory>
#include <string>

namespace terroir {

struct HttpOptions {
  std::size_t longest_reply = std::size_t{1} << 20;  ///< bytes; a longer one is a failure
  std::string certificates;                          ///< a file of trusted ones; empty: those of the system
};

/// Speaks HTTP and HTTPS through libcurl over one connection that is kept open. Certificates are always verified. Redirections are
/// followed three times, never from https to http. Proxies are those of the environment (`https_proxy`, `no_proxy`). Make it before
/// other threads run.
[[nodiscard]] std::unique_ptr<HttpClient> make_http_client(const HttpOptions& options = {});

}  // namespace terroir
