#pragma once

#include "pipeline/ports/source.h"

#include <string>
#include <vector>

namespace terroir {

/// Throws Error unless the path is a file that can be opened; the text says why and what to do. Fault::mistake, or Fault::system when a
/// storage does not answer.
void require_file(const std::string& path);

/// The first bytes of a file, at most `bytes`; empty when it cannot be read.
[[nodiscard]] std::string file_head(const std::string& path, std::size_t bytes);

/// Size and CRC-32C of the first and last 64 KiB. Throws Error(Fault::system).
[[nodiscard]] Fingerprint file_fingerprint(const std::string& path);

/// Whether a file has a mask or metadata of its own beside it (FILE.msk, FILE.aux.xml). Throws Error(Fault::system) when a storage does
/// not tell.
[[nodiscard]] bool has_sidecar(const std::string& path);
/// Whether a world file lies beside a local image: dem.tfw, dem.tifw or dem.wld of dem.tif.
[[nodiscard]] bool has_world_file(const std::string& path);

/// Paths that match a pattern whose parts may hold * (any run of characters) and ? (any one), sorted. A leading dot of a name is
/// matched by a dot only. Throws Error when a storage cannot be listed.
[[nodiscard]] std::vector<std::string> glob_files(const std::string& pattern);

}  // namespace terroir
