#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace terroir {

/// A local file open for reading at any place, by any number of threads.
class LocalFile {
 public:
  /// Throws Error(Fault::system).
  explicit LocalFile(const std::string& path);
  /// Null when there is no such file. Throws Error(Fault::system) when it cannot be opened.
  [[nodiscard]] static std::shared_ptr<const LocalFile> find(const std::string& path);
  ~LocalFile();
  LocalFile(const LocalFile&) = delete;
  LocalFile& operator=(const LocalFile&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Whether these bytes lie inside the file.
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t bytes) const noexcept { return offset <= size_ && bytes <= size_ - offset; }
  /// Fills `out` from a place. Throws Error: Fault::data when the file ends before, Fault::system when the read fails.
  void read(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  LocalFile(const std::string& path, int fd);

  std::string path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

/// Keeps the files used last open, at most `limit` of them beside those that someone holds.
class LocalFiles {
 public:
  explicit LocalFiles(std::size_t limit) : limit_(limit) {}
  /// Throws Error(Fault::system) when it cannot be opened.
  [[nodiscard]] std::shared_ptr<const LocalFile> open(const std::string& path);
  /// Null when there is no such file.
  [[nodiscard]] std::shared_ptr<const LocalFile> find(const std::string& path);

 private:
  [[nodiscard]] std::shared_ptr<const LocalFile> held(const std::string& path);
  void hold(const std::shared_ptr<const LocalFile>& file);

  std::size_t limit_;
  std::mutex mutex_;
  std::list<std::shared_ptr<const LocalFile>> files_;  ///< last used first
};

}  // namespace terroir
