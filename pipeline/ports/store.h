#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace terroir {

/// Keys of what a run keeps that is not part of its result start so, inside the folder of an output.
inline constexpr std::string_view run_folder = "__terroir/";

/// One object being written: whole, front to back, once. Without close() it is not to be trusted.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual void write(std::span<const std::byte>) = 0;
  /// Ends the object and reports what the storage says of it: on a blob mount, errors of earlier writes show only here.
  virtual void close() = 0;
};

/// A folder of named objects, as a blob store has it: put, get, list, remove. No rename, append, lock, mmap or partial update.
/// Keys are relative paths with '/'. Functions throw Error(Fault::system) that names the object and the reason.
class Store {
 public:
  virtual ~Store() = default;
  [[nodiscard]] virtual std::string location() const = 0;
  [[nodiscard]] virtual std::unique_ptr<ObjectWriter> create(const std::string& key) = 0;
  /// Nothing when there is no such object.
  [[nodiscard]] virtual std::optional<std::vector<std::byte>> get(const std::string& key) = 0;
  /// The same into memory that has been used before: what it held is lost. False when there is no such object.
  [[nodiscard]] virtual bool read(const std::string& key, std::vector<std::byte>& into) {
    auto bytes = get(key);
    if (bytes) into = std::move(*bytes);
    return bytes.has_value();
  }
  /// Bytes of an object, as the storage tells it without reading them; nothing when there is no such object.
  [[nodiscard]] virtual std::optional<std::uint64_t> size(const std::string& key) {
    const auto bytes = get(key);
    return bytes ? std::optional<std::uint64_t>(bytes->size()) : std::nullopt;
  }
  /// Keys of all objects whose key starts with `prefix` (empty: all), sorted. An absent folder has none.
  [[nodiscard]] virtual std::vector<std::string> list(const std::string& prefix) = 0;
  /// Removes an object; none of that name is no error.
  virtual void remove(const std::string& key) = 0;
  /// Makes a finished file of this machine an object, without writing its bytes again; false where it cannot be had so, and nothing is
  /// lost. The file is gone from its old place after true.
  [[nodiscard]] virtual bool take(const std::string& /*file*/, const std::string& /*key*/) { return false; }

  /// Creates one object, has it written, and closes it. What fails on the way leaves none under this name, as far as the storage lets it.
  void make(const std::string& key, const std::function<void(ObjectWriter&)>& write) {
    auto writer = create(key);
    try {
      write(*writer);
      writer->close();
    } catch (...) {
      writer.reset();  // a mount may bring an object into being when it is closed
      take_back(key);
      throw;
    }
  }
  void put(const std::string& key, std::span<const std::byte> bytes) {
    make(key, [bytes](ObjectWriter& writer) { writer.write(bytes); });
  }

  /// Takes away an object that could not be written to its end, where the storage shows those. Throws no Error.
  virtual void take_back(const std::string& /*key*/) {}
};

}  // namespace terroir
