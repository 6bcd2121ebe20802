#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// How structs become bytes that ranks send each other, and back. A struct names its fields once, for both ways, beside whoever sends it:
///
///     template <class A>
///     void fields(A& archive, Hello& m) { archive(m.plan_hash); }
namespace terroir {

static_assert(std::endian::native == std::endian::little);

template <class T>
concept PlainField = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T>
concept TextField = std::is_same_v<std::remove_const_t<T>, std::string>;

/// Appends fields to bytes.
class Packer {
 public:
  template <class... T>
  void operator()(T&... fields) {
    (pack(fields), ...);
  }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  template <PlainField T>
  void pack(const T& value) {
    const auto* from = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof(T));
  }
  template <TextField T>
  void pack(T& text) {
    pack(text.size());
    const auto* from = reinterpret_cast<const std::byte*>(text.data());
    bytes_.insert(bytes_.end(), from, from + text.size());
  }
  template <class T>
  void pack(std::optional<T>& item) {
    const bool there = item.has_value();
    pack(there);
    if (there) pack(*item);
  }
  template <class T, class U>
  void pack(std::pair<T, U>& both) {
    pack(both.first);
    pack(both.second);
  }
  template <class T>
  void pack(std::vector<T>& items) {
    pack(items.size());
    for (auto& item : items) pack(item);
  }
  template <class K, class V>
  void pack(std::map<K, V>& entries) {
    pack(entries.size());
    for (auto& [key, value] : entries) {
      pack(key);
      pack(value);
    }
  }
  template <class T>
  requires(std::is_class_v<T> && !TextField<T>) void pack(T& part) { fields(*this, part); }

  std::vector<std::byte> bytes_;
};

/// Takes fields from bytes. After the first that is not there all others stay empty.
class Unpacker {
 public:
  explicit Unpacker(std::span<const std::byte> bytes) : left_(bytes) {}
  template <class... T>
  void operator()(T&... fields) {
    (unpack(fields), ...);
  }
  [[nodiscard]] bool complete() const noexcept { return good_ && left_.empty(); }

 private:
  bool take(void* to, std::size_t bytes) {
    good_ = good_ && bytes <= left_.size();
    if (!good_) return false;
    if (bytes > 0) std::memcpy(to, left_.data(), bytes);
    left_ = left_.subspan(bytes);
    return true;
  }
  /// The number of items that follow; none when there cannot be so many.
  std::size_t take_count() {
    std::size_t count = 0;
    unpack(count);
    good_ = good_ && count <= left_.size();
    return good_ ? count : 0;
  }

  template <PlainField T>
  void unpack(T& value) {
    take(&value, sizeof(T));
  }
  template <TextField T>
  void unpack(T& text) {
    text.resize(take_count());
    take(text.data(), text.size());
  }
  template <class T>
  void unpack(std::optional<T>& item) {
    bool there = false;
    unpack(there);
    if (there) unpack(item.emplace());
  }
  template <class T, class U>
  void unpack(std::pair<T, U>& both) {
    unpack(both.first);
    unpack(both.second);
  }
  template <class T>
  void unpack(std::vector<T>& items) {
    const std::size_t count = take_count();
    for (std::size_t i = 0; i < count && good_; ++i) unpack(items.emplace_back());
  }
  template <class K, class V>
  void unpack(std::map<K, V>& entries) {
    const std::size_t count = take_count();
    for (std::size_t i = 0; i < count && good_; ++i) {
      K key{};
      unpack(key);
      unpack(entries[key]);
    }
  }
  template <class T>
  requires(std::is_class_v<T> && !TextField<T>) void unpack(T& part) { fields(*this, part); }

  std::span<const std::byte> left_;
  bool good_ = true;
};

}  // namespace terroir
