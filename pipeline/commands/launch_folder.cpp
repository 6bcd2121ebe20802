#include "pipeline/commands/launch_folder.h"

#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/process/child.h"
#include "pipeline/error.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

namespace terroir {
namespace {

namespace fs = std::filesystem;

std::string path_variable(const StartCommand& start) {
  const auto& all = start.environment;
  const auto found = std::find_if(all.begin(), all.end(), [](const auto& variable) { return variable.first == "PATH"; });
  return found == all.end() ? std::string() : found->second;
}

/// A mount may refuse what the permissions of its folders allow.
std::optional<std::string> try_object(const fs::path& folder) {
  const auto store = make_folder_store(folder);
  const std::string key = ".terroir-launch-" + std::to_string(::getpid());
  try {
    store->put(key, std::as_bytes(std::span("tried")));
    store->remove(key);
  } catch (const Error& refused) {
    std::error_code ignored;
    fs::remove(folder / key, ignored);
    return "the folder " + folder.string() + " cannot be used: " + refused.what();
  }
  return std::nullopt;
}

std::optional<std::string> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return try_object(folder);
  return "the folder " + folder.string() + " cannot be used: " + error.message() + "; check its permissions and those of its parents";
}

std::optional<std::string> make_link(const fs::path& link, const fs::path& target) {
  std::error_code error;
  if (fs::is_symlink(link, error)) fs::remove(link, error);  // an earlier launch made it
  fs::create_symlink(target, link, error);
  if (!error) return std::nullopt;
  return "the link " + link.string() + " cannot be made: " + error.message() + "; remove what stands there, or choose another folder";
}

}  // namespace

std::vector<std::string> obstacles(const LaunchPlan& plan, const StartCommand& start) {
  std::vector<std::string> out;
  const std::string path = path_variable(start);
  if (plan.mpi && !find_program("mpirun", path))
    out.emplace_back("mpirun is not in a folder of PATH; install Open MPI (openmpi-bin), or add its folder to PATH");
  if (plan.words.front().find('/') == std::string::npos && !find_program(plan.words.front(), path))
    out.push_back(plan.words.front() + " is not in a folder of PATH; install it, or give its path in `command`");
  if (!plan.hostfile.empty() && ::access(plan.hostfile.c_str(), R_OK) != 0)
    out.push_back("the hostfile " + plan.hostfile + " cannot be read; name one with lines such as `node1 slots=8`");
  if (plan.mpi && plan.folder.find(':') != std::string::npos)
    out.push_back("the folder " + plan.folder + " has a ':' in its name, which mpirun cannot take; choose another");
  return out;
}

std::vector<std::string> make_folders(const LaunchPlan& plan) {
  std::vector<std::string> out;
  auto folders = plan.folders;
  folders.push_back({plan.folder + "/user_logs", ""});
  for (const auto& folder : folders)
    if (const auto problem = make_folder(folder.path)) out.push_back((folder.place.empty() ? "" : folder.place + ": ") + *problem);
  for (const auto& [name, target] : plan.links)
    if (auto problem = make_link(fs::path(plan.folder) / name, target)) out.push_back(*problem);
  return out;
}

}  // namespace terroir
