#include "pipeline/adapters/mpi/mpi_release.h"

#include <mpi.h>

#include <cctype>
#include <string_view>
#include <utility>

namespace terroir {
namespace {

/// The first "1.2" or "1.2.3rc4" of a text.
std::string first_version(std::string_view text) {
  const auto digit = [&](std::size_t i) { return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0; };
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (!digit(begin)) continue;
    std::size_t end = begin;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || (text[end] == '.' && digit(end + 1)))) ++end;
    const std::string_view word = text.substr(begin, end - begin);
    if (word.find('.') != std::string_view::npos) return std::string(word);
    begin = end;
  }
  return "";
}

}  // namespace

MpiRelease parse_mpi_release(const std::string& text) {
  // MPICH's launcher is Hydra; others' libraries are made of MPICH and name themselves first.
  constexpr std::pair<const char*, const char*> names[] = {
      {"Open MPI", "Open MPI"}, {"Intel(R) MPI", "Intel MPI"}, {"MVAPICH", "MVAPICH"}, {"MPICH", "MPICH"}, {"HYDRA", "MPICH"}};
  for (const auto& [word, name] : names)
    if (const std::size_t at = text.find(word); at != std::string::npos) return {name, first_version(std::string_view(text).substr(at))};
  return {};
}

MpiRelease linked_mpi() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  return parse_mpi_release({text, static_cast<std::size_t>(length)});
}

}  // namespace terroir
