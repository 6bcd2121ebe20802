#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace terroir {

/// An open file of the operating system; closed with its owner. Functions throw Error(Fault::system) that names `path`.
class FileDescriptor {
 public:
  FileDescriptor(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(other.descriptor_), path_(std::move(other.path_)) {
    other.descriptor_ = -1;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor();

  void write_all(std::span<const std::byte> bytes);
  /// All that is in the file, into memory that may have been used before.
  void read_all(std::vector<std::byte>& bytes);
  /// Closes and reports what the system says: a mounted blob store sends the bytes now.
  void close();

 private:
  int descriptor_ = -1;
  std::string path_;
};

/// Throws Error(Fault::system): "cannot <doing> <path>: <reason of errno>; <remedy>".
[[noreturn]] void throw_system_error(const std::string& doing, const std::string& path, int error);

}  // namespace terroir
