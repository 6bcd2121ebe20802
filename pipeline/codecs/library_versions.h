#pragma once

#include <string>
#include <vector>

namespace terroir {

/// A library that the program uses: the version that is loaded, and the one that it was built with. Empty: the library does not say.
struct LibraryVersion {
  std::string name, loaded, built;
};

/// The libraries of the codecs.
[[nodiscard]] std::vector<LibraryVersion> codec_libraries();

}  // namespace terroir
