#include "pipeline/adapters/process/mapped_library.h"

#include <cstdlib>
#include <fstream>

namespace terroir {
namespace {

constexpr int most_ancestors = 8;  // a launcher, and the shells and wrappers below it

/// The parent of a process; empty at the root of all.
std::string parent_of(const std::string& process, const std::string& root) {
  constexpr std::string_view label = "PPid:";
  std::ifstream status(root + "/proc/" + process + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(label)) continue;
    const long parent = std::strtol(line.c_str() + label.size(), nullptr, 10);
    return parent > 0 ? std::to_string(parent) : "";
  }
  return "";
}

}  // namespace

std::string mapped_library(std::string_view process, std::string_view library, const std::string& root) {
  std::ifstream maps(root + "/proc/" + std::string(process) + "/maps");
  const std::string name = "/" + std::string(library) + ".so";
  for (std::string line; std::getline(maps, line);) {
    const std::size_t file = line.find('/');
    if (file != std::string::npos && line.find(name, file) != std::string::npos) return line.substr(file);
  }
  return "";
}

std::string library_of_ancestor(std::string_view library, const std::string& root) {
  std::string process = parent_of("self", root);
  for (int i = 0; i < most_ancestors && !process.empty(); ++i) {
    std::string file = mapped_library(process, library, root);
    if (!file.empty()) return file;
    process = parent_of(process, root);
  }
  return "";
}

}  // namespace terroir
