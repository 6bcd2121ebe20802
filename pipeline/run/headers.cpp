#include "pipeline/run/headers.h"

#include "pipeline/codecs/zstd.h"
#include "pipeline/run/wire.h"

namespace terroir {

// Found by their arguments when an archive comes to a struct, so they are in no unnamed namespace.

template <class A>
void fields(A& archive, Crs& c) {
  archive(c.wkt, c.authority, c.geographic, c.metres_per_unit, c.semi_major, c.flattening, c.equator);
}
template <class A>
void fields(A& archive, TimeBounds& b) {
  archive(b.begin, b.end);
}
template <class A>
void fields(A& archive, TimeAxis& t) {
  archive(t.name, t.calendar, t.seconds, t.bounds);
}
template <class A>
void fields(A& archive, BandFacts& b) {
  archive(b.description, b.dtype, b.unit, b.nodata, b.scale, b.offset, b.masked, b.missing, b.valid, b.standard_name, b.cell_methods,
          b.label);
}
template <class A>
void fields(A& archive, SourceHeader& h) {
  archive(h.crs, h.times, h.affine.x0, h.affine.dx, h.affine.y0, h.affine.dy, h.shape.rows, h.shape.cols, h.cells, h.bands, h.types,
          h.chunk.times, h.chunk.shape.rows, h.chunk.shape.cols, h.interleaved, h.scratch, h.reopens, h.by_gdal, h.fingerprint.size,
          h.fingerprint.head_crc32c, h.fingerprint.tail_crc32c);
}
template <class A>
void fields(A& archive, Headers::Refusal& r) {
  archive(r.fault, r.text);
}
template <class A>
void fields(A& archive, Headers::Listing& l) {
  archive(l.pattern, l.paths, l.refusal);
}
template <class A>
void fields(A& archive, Headers::Variables& v) {
  archive(v.path, v.names, v.refusal);
}
template <class A>
void fields(A& archive, Headers::Opened& o) {
  archive(o.path, o.part.variable, o.part.level, o.header, o.refusal);
}
template <class A>
void fields(A& archive, Headers& h) {
  archive(h.listings, h.variables, h.opened, h.systems, h.axes, h.bands);
}

namespace {

constexpr int level = 1;
constexpr std::size_t prefix = sizeof(std::uint64_t);

/// Whether the headers stand for each other as their numbers say.
bool consistent(const Headers& h) {
  for (const TimeAxis& axis : h.axes)
    if (!axis.bounds.empty() && axis.bounds.size() != axis.seconds.size()) return false;
  for (const auto& opened : h.opened) {
    if (!opened.header) continue;
    const SourceHeader& header = *opened.header;
    if (header.crs >= h.systems.size() || header.times >= h.axes.size() || header.types.size() != header.bands.size()) return false;
    for (const std::uint32_t band : header.bands)
      if (band >= h.bands.size()) return false;
  }
  return true;
}

}  // namespace

std::vector<std::byte> encode_headers(Headers headers) {
  Packer packer;
  fields(packer, headers);
  const std::vector<std::byte> plain = packer.take();
  std::vector<std::byte> message(prefix + zstd_bound(plain.size()));
  const std::uint64_t bytes = plain.size();
  std::memcpy(message.data(), &bytes, prefix);
  message.resize(prefix + zstd_compress(plain, level, std::span(message).subspan(prefix)));
  return message;
}

std::optional<Headers> decode_headers(std::span<const std::byte> message) {
  constexpr std::uint64_t most = std::uint64_t{1} << 31;
  std::uint64_t bytes = 0;
  if (message.size() < prefix) return std::nullopt;
  std::memcpy(&bytes, message.data(), prefix);
  if (bytes > most) return std::nullopt;
  std::vector<std::byte> plain(bytes);
  try {
    zstd_decompress(message.subspan(prefix), plain);
  } catch (const Error&) {
    return std::nullopt;
  }
  Unpacker unpacker(plain);
  Headers headers;
  fields(unpacker, headers);
  if (!unpacker.complete() || !consistent(headers)) return std::nullopt;
  return headers;
}

}  // namespace terroir
