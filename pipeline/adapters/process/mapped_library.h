#pragma once

#include <string>
#include <string_view>

namespace terroir {

/// The file of a shared library, as "libfoo", that a process ("self", or its number) has loaded; empty when it has none, or does not let
/// itself be looked at. `root` stands in front of /proc (tests).
[[nodiscard]] std::string mapped_library(std::string_view process, std::string_view library, const std::string& root = "");

/// The same of the nearest ancestor of this process that has loaded it.
[[nodiscard]] std::string library_of_ancestor(std::string_view library, const std::string& root = "");

}  // namespace terroir
