#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// What can be done to objects of a folder. Runs need the first ones, up to `remove`.
enum class StorageOperation {
  write,       ///< create a new object, front to back
  close,       ///< end it and be told of success
  read,        ///< read it back, equal
  replace,     ///< write one of the same name again
  list,        ///< find it among the folder's objects
  remove,      ///< and not any more
  rename,      ///< give an object another name
  append,      ///< write behind its end
  update,      ///< overwrite some of its bytes
  map,         ///< write through mmap
  lock_range,  ///< fcntl
  lock_file    ///< flock
};

/// How an operation went.
struct StorageProbe {
  StorageOperation operation = StorageOperation::write;
  bool works = false;
  std::string reason;  ///< when it does not: the system's, or how the result is wrong
};

/// What is found out about a folder by writing small objects into its `__terroir/` and removing them again.
struct StorageFacts {
  std::string problem;               ///< why nothing could be tried, or why it was given up; empty: none
  std::vector<StorageProbe> probes;  ///< in the order of StorageOperation; they end where one that is needed fails
  bool listed_before_close = false;  ///< an object shows while it is being written
  std::optional<std::uint64_t> free_bytes;
  std::uint64_t written = 0;  ///< bytes of the largest object, written to tell the speed; 0: none
  double seconds = 0;         ///< that it took
};

/// Tries what runs need; with `all` the other operations too, and the speed. `name` is that of the objects and must be unique.
[[nodiscard]] StorageFacts probe_storage(const std::string& folder, const std::string& name, bool all);

}  // namespace terroir
