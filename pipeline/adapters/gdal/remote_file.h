#pragma once

#include "pipeline/error.h"

#include <string>
#include <vector>

namespace terroir {

/// Throws Error(Fault::mistake) unless the path, which may be a pattern, is a plain one, /vsiaz/CONTAINER/..., /vsiadls/CONTAINER/... or
/// /vsicurl/https://.... GDAL has many more virtual file systems, and a recipe may come from anyone.
void require_allowed(const std::string& path);

/// Whether GDAL fetches the path over the network.
[[nodiscard]] bool is_remote(const std::string& path) noexcept;

/// What a storage answers when it is asked for a file. Paths that are asked for are allowed ones.
struct RemoteAnswer {
  enum class Kind { file, folder, absent, refused, no_credentials, failed } kind = Kind::failed;
  std::string text;  ///< "HTTP 403", or what went wrong on the way
};

/// Asks for a file; transient failures are tried again.
[[nodiscard]] RemoteAnswer ask_remote(const std::string& path);

/// Why a file cannot be had, and what to do. Names the container, never a key.
[[nodiscard]] std::string remote_problem(const std::string& path, const RemoteAnswer& answer);

/// The same as an error: Fault::system where trying later may help, Fault::mistake otherwise.
[[nodiscard]] Error remote_error(const std::string& path, const RemoteAnswer& answer);

/// How often a request is made before its failure counts.
inline constexpr int remote_tries = 3;

/// Whether there is such a file; one that may not be seen does not count. Throws Error(Fault::system) when the storage does not answer.
[[nodiscard]] bool remote_exists(const std::string& path);

/// Whether FILE.msk or FILE.aux.xml is beside it: one request where names can be listed. Throws Error(Fault::system).
[[nodiscard]] bool remote_has_sidecar(const std::string& path);

/// Names in a folder (without a slash at its end), sorted. Throws Error when they cannot be listed.
[[nodiscard]] std::vector<std::string> remote_names(const std::string& folder);

/// After a failed read: makes GDAL forget what it knows of the file, which may be half of an answer, and asks for it again. When it is
/// there, waits a moment, because the next try may succeed.
[[nodiscard]] RemoteAnswer ask_after_failure(const std::string& path);

}  // namespace terroir
