#include "pipeline/run/messages.h"

#include "pipeline/run/wire.h"

namespace terroir {

// Found by their arguments when an archive comes to a struct, so they are in no unnamed namespace.

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
  archive(w.tiles, w.bytes_read, w.bytes_decoded, w.chunks_read, w.bytes_written, w.unfit, w.alone, w.read_seconds, w.compute_seconds,
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
void fields(A&, JournalWritten&) {}
template <class A>
void fields(A& archive, StartPass& m) {
  archive(m.pass, m.attempt, m.fitted);
}
template <class A>
void fields(A& archive, Tiles& m) {
  archive(m.pass, m.tiles);
}
template <class A>
void fields(A&, WriteJournal&) {}
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

namespace {

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
