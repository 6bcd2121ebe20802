#include "pipeline/adapters/gdal/remote_file.h"

#include "pipeline/adapters/gdal/gdal_library.h"
#include "pipeline/address.h"

#include <cpl_multiproc.h>
#include <cpl_vsi.h>
#include <cpl_vsi_error.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>

namespace terroir {
namespace {

using Kind = RemoteAnswer::Kind;
constexpr std::string_view blob = "/vsiaz/", lake = "/vsiadls/", web = "/vsicurl/https://";

/// "/vsiaz/" of "/vsiaz/data/dem.tif"; empty for a path of another kind.
std::string_view prefix_of(std::string_view path) noexcept {
  for (const std::string_view prefix : {blob, lake, web})
    if (path.starts_with(prefix)) return prefix;
  return {};
}

/// The container, or the server: what stands between the prefix and the next slash.
std::string holder_of(std::string_view path) {
  path.remove_prefix(prefix_of(path).size());
  return std::string(path.substr(0, path.find('/')));
}

/// "the container 'data'", or "the server 'example.org'".
std::string place_of(const std::string& path) {
  return (path.starts_with(web) ? "the server '" : "the container '") + holder_of(path) + "'";
}

bool is_azure(const std::string& path) { return path.starts_with(blob) || path.starts_with(lake); }

/// The path of an address: "/vsiaz/C/FILE" of "wasbs://C@ACCOUNT.blob.core.windows.net/FILE".
std::string path_of_address(const std::string& address, std::string_view scheme) {
  if (scheme == "https") return "/vsicurl/" + address;
  const std::size_t begin = scheme.size() + 3, sign = address.find('@'), slash = std::min(address.find('/', begin), address.size());
  const bool azure = scheme.starts_with("wasb") || scheme.starts_with("abfs");
  if (!azure || sign > slash) return "/vsiaz/CONTAINER/... (Azure) or /vsicurl/https://...";
  return "/vsiaz/" + address.substr(begin, sign - begin) + address.substr(slash) + ", with the account in AZURE_STORAGE_ACCOUNT";
}

void pause() {
  constexpr double seconds = 0.5;
  CPLSleep(seconds);
}

struct CloseFolder {
  void operator()(VSIDIR* folder) const noexcept { VSICloseDir(folder); }
};

/// Names in a folder that begin with a text; nothing when there are none, or they cannot be listed, which GDAL does not tell apart.
std::optional<std::vector<std::string>> list(const std::string& folder, const std::string& beginning = "") {
  const GdalMessages messages;
  const std::string option = "PREFIX=" + beginning;
  const std::array<const char*, 2> options = {option.c_str(), nullptr};
  const std::unique_ptr<VSIDIR, CloseFolder> open(VSIOpenDir(folder.c_str(), 0, options.data()));
  if (!open) return std::nullopt;
  std::vector<std::string> names;
  while (const VSIDIREntry* entry = VSIGetNextDirEntry(open.get())) {
    names.emplace_back(entry->pszName);
    if (names.back().ends_with('/')) names.back().pop_back();
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool container_lists(const std::string& path) {
  const GdalMessages messages;
  const std::array<const char*, 2> options = {"MAXFILES=1", nullptr};
  const std::string container = std::string(prefix_of(path)) + holder_of(path);
  return std::unique_ptr<VSIDIR, CloseFolder>(VSIOpenDir(container.c_str(), 0, options.data())) != nullptr;
}

/// What GDAL noted of its last request on this thread.
RemoteAnswer answer_of_failure() {
  const std::string text = VSIGetLastErrorMsg();
  if (VSIGetLastErrorNo() == VSIE_AWSInvalidCredentials) return {Kind::no_credentials, text};
  int status = 0;
  if (std::sscanf(text.c_str(), "HTTP response code: %d", &status) != 1) return {Kind::failed, without_secrets(text)};
  const std::string http = "HTTP " + std::to_string(status);
  if (status == 401 || status == 403) return {Kind::refused, http};
  return {status == 404 ? Kind::absent : Kind::failed, http};
}

RemoteAnswer ask_once(const std::string& path) {
  const GdalMessages messages;
  VSIErrorReset();
  VSIStatBufL status;
  // Without a size: GDAL would ask for it first, and note no reason when that fails.
  constexpr int flags = VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG | VSI_STAT_SET_ERROR_FLAG;
  int failed = VSIStatExL(path.c_str(), &status, flags);
  if (failed != 0 && VSIGetLastErrorNo() == 0) {
    // It remembers that there was no file, but not why.
    VSICurlPartialClearCache(path.c_str());
    failed = VSIStatExL(path.c_str(), &status, flags);
  }
  if (failed != 0) return answer_of_failure();
  return {VSI_ISDIR(status.st_mode) ? Kind::folder : Kind::file, ""};
}

}  // namespace

void require_allowed(const std::string& path) {
  const std::string shown = without_secrets(path);
  const auto refuse = [&](const std::string& why) { throw Error(Fault::mistake, shown + ": " + why); };
  if (const auto scheme = scheme_of(path); !scheme.empty()) refuse("an address is no path; write " + path_of_address(shown, scheme));
  if (!path.starts_with("/vsi")) return;
  if (!is_remote(path))
    refuse("this virtual file system of GDAL may not be used; name a file, /vsiaz/CONTAINER/... or /vsicurl/https://...");
  const std::string holder = holder_of(path);
  const bool named = !holder.empty() && holder.find_first_of("*?{") == std::string::npos;
  if (!named || prefix_of(path).size() + holder.size() + 1 >= path.size())
    refuse("it names no file of a container or server; write /vsiaz/CONTAINER/FILE");
  if (is_azure(path)) return;
  // A signature or a password would end in messages and in the result's list of inputs.
  if (holder.find('@') != std::string::npos || path.find('?') != std::string::npos)
    refuse(
        "a web address may hold neither a query nor a password; read the container as /vsiaz/CONTAINER/... with AZURE_STORAGE_SAS_TOKEN");
  if (path.find_first_of("*{") != std::string::npos)
    refuse("a web server lists no files, so a pattern finds none there; name one file, or read a container as /vsiaz/CONTAINER/...");
}

bool is_remote(const std::string& path) noexcept { return !prefix_of(path).empty(); }

RemoteAnswer ask_remote(const std::string& path) {
  RemoteAnswer answer = ask_once(path);
  // GDAL itself has tried again what timed out, after a wait of its own.
  const auto passing = [&] { return answer.kind == Kind::failed && answer.text.find("timed out") == std::string::npos; };
  for (int attempt = 1; attempt < remote_tries && passing(); ++attempt) {
    pause();
    VSICurlPartialClearCache(path.c_str());
    answer = ask_once(path);
  }
  return answer;
}

std::string remote_problem(const std::string& path, const RemoteAnswer& answer) {
  const std::string place = place_of(path);
  const bool azure = is_azure(path);
  switch (answer.kind) {
    case Kind::no_credentials:
      return "there are no credentials for " + place +
             "; set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT and one of AZURE_STORAGE_ACCESS_KEY, "
             "AZURE_STORAGE_SAS_TOKEN and, for public data, AZURE_NO_SIGN_REQUEST=YES";
    case Kind::refused:
      return place + " refuses access (" + answer.text + "); " +
             (azure ? "check the key or token in AZURE_STORAGE_*, and that it may read and list this container"
                    : "use an address that needs no credentials");
    case Kind::absent:
      if (!azure || container_lists(path))
        return "there is no such file in " + place + "; check its name, of which upper and lower case count";
      return "there is no such file, nor does " + place +
             " let itself be listed; check the names of the container and, in AZURE_STORAGE_*, of the account, and that the key or token "
             "may list it";
    default:
      return place + " cannot be reached (" + answer.text + "); check " +
             (azure ? "the account or endpoint in AZURE_STORAGE_*" : "the address") + " and the network, or try later";
  }
}

Error remote_error(const std::string& path, const RemoteAnswer& answer) {
  const Fault fault = answer.kind == Kind::failed ? Fault::system : Fault::mistake;
  return {fault, path + ": " + remote_problem(path, answer)};
}

bool remote_exists(const std::string& path) {
  const RemoteAnswer answer = ask_remote(path);
  if (answer.kind == Kind::failed) throw remote_error(path, answer);
  return answer.kind == Kind::file || answer.kind == Kind::folder;
}

bool remote_has_sidecar(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = path.substr(slash + 1);
  if (path.starts_with(blob))
    if (const auto names = list(path.substr(0, slash), name)) {
      const auto there = [&](const char* ending) { return std::binary_search(names->begin(), names->end(), name + ending); };
      return there(".msk") || there(".aux.xml");
    }
  return remote_exists(path + ".msk") || remote_exists(path + ".aux.xml");
}

std::vector<std::string> remote_names(const std::string& folder) {
  // A long list comes in pages, and GDAL takes one that fails for the end. So two lists must agree.
  std::optional<std::vector<std::string>> before;
  const std::string nobody = folder + "/*";
  RemoteAnswer answer{Kind::failed, "two lists of its names differ"};
  for (int attempt = 0; attempt < 2 * remote_tries; ++attempt) {
    auto names = list(folder);
    if (!names) {
      VSICurlPartialClearCache(nobody.c_str());
      answer = ask_remote(nobody);
      if (answer.kind == Kind::absent && container_lists(folder))
        names.emplace();
      else if (answer.kind != Kind::failed)
        throw remote_error(folder, answer);
    }
    if (names && names == before) return *names;
    before = std::move(names);
  }
  throw remote_error(folder, answer);
}

RemoteAnswer ask_after_failure(const std::string& path) {
  VSICurlPartialClearCache(path.c_str());
  RemoteAnswer answer = ask_remote(path);
  if (answer.kind == Kind::file) pause();
  return answer;
}

}  // namespace terroir
