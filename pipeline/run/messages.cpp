#include "pipeline/run/messages.h"

#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

namespace terroir {
namespace {

static_assert(std::endian::native == std::endian::little);

template <class T>
concept Plain = std::is_arithmetic_v<T>;

template <class T>
concept Text = std::is_same_v<std::remove_const_t<T>, std::string>;

/// Appends fields to bytes.
class Packer {
 public:
  template <class... T>
  void operator()(T&... fields) {
    (pack(fields), ...);
  }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  template <Plain T>
  void pack(const T& value) {
    const auto* from = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof(T));
  }
  template <Text T>
  void pack(T& text) {
    pack(text.size());
    const auto* from = reinterpret_cast<const std::byte*>(text.data());
    bytes_.insert(bytes_.end(), from, from + text.size());
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
  requires(std::is_class_v<T> && !Text<T>) void pack(T& part) { fields(*this, part); }

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

  template <Plain T>
  void unpack(T& value) {
    take(&value, sizeof(T));
  }
  template <Text T>
  void unpack(T& text) {
    text.resize(take_count());
    take(text.data(), text.size());
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
  requires(std::is_class_v<T> && !Text<T>) void unpack(T& part) { fields(*this, part); }

  std::span<const std::byte> left_;
  bool good_ = true;
};

template <class A>
void fields(A& archive, ObjectRecord& r) {
  archive(r.key, r.bytes, r.crc32c, r.output);
}
template <class A>
void fields(A& archive, TileResult& r) {
  archive(r.tile, r.objects, r.state);
}
template <class A>
void fields(A& archive, Work& w) {
  archive(w.tiles, w.bytes_read, w.bytes_decoded, w.chunks_read, w.bytes_written, w.unfit, w.read_seconds, w.compute_seconds,
          w.encode_seconds, w.write_seconds, w.skipped);
}
template <class A>
void fields(A& archive, Hello& m) {
  archive(m.plan_hash);
}
template <class A>
void fields(A& archive, WantTiles& m) {
  archive(m.pass, m.idle);
}
template <class A>
void fields(A& archive, TileDone& m) {
  archive(m.pass, m.result, m.seconds);
}
template <class A>
void fields(A& archive, Failed& m) {
  archive(m.code, m.text);
}
template <class A>
void fields(A& archive, Bye& m) {
  archive(m.work, m.peak_memory);
}
template <class A>
void fields(A& archive, StartPass& m) {
  archive(m.pass, m.attempt, m.fitted);
}
template <class A>
void fields(A& archive, Tiles& m) {
  archive(m.pass, m.tiles);
}
template <class A>
void fields(A& archive, PartPiece& m) {
  archive(m.output, m.key, m.bytes);
}
template <class A>
void fields(A& archive, GetPart& m) {
  archive(m.output, m.key);
}
template <class A>
void fields(A& archive, Quit& m) {
  archive(m.code);
}
template <class A>
void fields(A& archive, Alive& m) {
  archive(m.work, m.peak_memory);
}

/// The message of the kind with this number, read from the rest of the bytes.
template <std::size_t kind = 0>
std::optional<AnyMessage> unpack_kind(std::size_t wanted, Unpacker& unpacker) {
  if constexpr (kind == std::variant_size_v<AnyMessage>) {
    return std::nullopt;
  } else {
    if (wanted != kind) return unpack_kind<kind + 1>(wanted, unpacker);
    std::variant_alternative_t<kind, AnyMessage> message;
    fields(unpacker, message);
    if (!unpacker.complete()) return std::nullopt;
    return message;
  }
}

}  // namespace

std::vector<std::byte> encode_message(AnyMessage message) {
  Packer packer;
  const auto kind = static_cast<std::uint8_t>(message.index());
  packer(kind);
  std::visit([&](auto& m) { fields(packer, m); }, message);
  return packer.take();
}

std::optional<AnyMessage> decode_message(std::span<const std::byte> bytes) {
  if (bytes.empty()) return std::nullopt;
  Unpacker unpacker(bytes.subspan(1));
  return unpack_kind(std::to_integer<std::size_t>(bytes.front()), unpacker);
}

}  // namespace terroir
