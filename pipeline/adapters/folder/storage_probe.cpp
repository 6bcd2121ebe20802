#include "pipeline/adapters/folder/storage_probe.h"

#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/folder/object_probes.h"
#include "pipeline/error.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <random>
#include <system_error>

namespace terroir {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Bytes that no storage can compress away.
std::vector<std::byte> noise(std::size_t bytes) {
  std::vector<std::byte> out(bytes);
  std::mt19937 random(1);
  for (auto& b : out) b = static_cast<std::byte>(random());
  return out;
}

/// Why a folder cannot be tried at all.
std::string look_at(const std::string& folder) {
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) != 0)
    return "cannot be looked at: " + std::generic_category().message(errno) + "; create it or mount it, and give the user the right to it";
  return S_ISDIR(facts.st_mode) ? "" : "is no folder; name the folder that outputs go to";
}

std::optional<std::uint64_t> free_bytes_of(const std::string& folder) {
  struct statvfs facts {};
  if (::statvfs(folder.c_str(), &facts) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

class Prober {
 public:
  Prober(std::string folder, const std::string& name)
      : folder_(std::move(folder)), store_(make_folder_store(folder_)), key_(std::string(run_folder) + "doctor-" + name) {}
  ~Prober() {
    try {
      for (const auto& key : store_->list(key_)) store_->remove(key);
    } catch (const Error&) {
      return;  // told by the probes already
    }
  }
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  StorageFacts probe(bool all) {
    facts_.problem = look_at(folder_);
    if (!facts_.problem.empty()) return facts_;
    facts_.free_bytes = free_bytes_of(folder_);
    if (!try_needs() || !all) return facts_;
    try_others();
    measure_speed();
    return facts_;
  }

 private:
  /// Notes how an operation went: `action` returns what is wrong with its result, or throws.
  template <class Action>
  bool attempt(StorageOperation operation, const Action& action) {
    std::string reason;
    try {
      reason = action();
    } catch (const Error& error) {
      reason = error.what();
    }
    facts_.probes.push_back({operation, reason.empty(), reason});
    return reason.empty();
  }

  bool try_needs() {
    // More than the writer gathers, so that the storage is asked before the end.
    const auto first = noise(mebibyte + 1000), second = noise(1000);
    std::unique_ptr<ObjectWriter> writer;
    const auto holds = [&](const std::vector<std::byte>& bytes) -> std::string {
      const auto found = store_->get(key_);
      if (!found) return "the object is not there after it was closed";
      return *found == bytes ? "" : "the object holds something else than was written";
    };
    const auto listed = [&] { return !store_->list(key_).empty(); };
    using enum StorageOperation;
    return attempt(write,
                   [&] {
                     writer = store_->create(key_);
                     writer->write(first);
                     facts_.listed_before_close = listed();
                     return "";
                   }) &&
           attempt(close, [&] { return writer->close(), ""; }) &&  //
           attempt(read, [&] { return holds(first); }) && attempt(replace, [&] { return store_->put(key_, second), holds(second); }) &&
           attempt(list, [&] { return listed() ? "" : "the object is not listed after it was closed"; }) &&
           attempt(remove, [&] { return store_->remove(key_), store_->get(key_) || listed() ? "the object is still there" : ""; });
  }

  void try_others() {
    using enum StorageOperation;
    const auto add = [&](StorageOperation operation, const auto& probe) {
      try {
        facts_.probes.push_back(probe());
      } catch (const Error& error) {
        facts_.probes.push_back({operation, false, error.what()});
      }
    };
    add(rename, [&] { return probe_rename(*store_, folder_, key_ + "-a"); });
    add(append, [&] { return probe_append(*store_, folder_, key_ + "-b"); });
    add(update, [&] { return probe_update(*store_, folder_, key_ + "-c"); });
    add(map, [&] { return probe_map(*store_, folder_, key_ + "-d"); });
    add(lock_range, [&] { return probe_lock(*store_, folder_, key_ + "-e", lock_range); });
    add(lock_file, [&] { return probe_lock(*store_, folder_, key_ + "-f", lock_file); });
  }

  /// Writes larger and larger objects, until one takes so long that the next would take seconds.
  void measure_speed() {
    constexpr double long_enough = 0.75;
    const auto mebi = noise(mebibyte);
    for (const std::size_t pieces : {4, 16, 64}) {
      if (facts_.free_bytes && *facts_.free_bytes < 4 * pieces * mebibyte) return;
      const auto start = std::chrono::steady_clock::now();
      try {
        const auto writer = store_->create(key_);
        for (std::size_t i = 0; i < pieces; ++i) writer->write(mebi);
        writer->close();
        store_->remove(key_);
      } catch (const Error& error) {
        facts_.problem = error.what();
        return;
      }
      facts_.written = pieces * mebibyte;
      facts_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (facts_.seconds > long_enough) return;
    }
  }

  const std::string folder_;
  const std::unique_ptr<Store> store_;
  const std::string key_;
  StorageFacts facts_;
};

}  // namespace

StorageFacts probe_storage(const std::string& folder, const std::string& name, bool all) { return Prober(folder, name).probe(all); }

}  // namespace terroir
