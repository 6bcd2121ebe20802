#include "pipeline/adapters/tiff/tile_reader.h"

#include "pipeline/adapters/tiff/inflate.h"
#include "pipeline/adapters/tiff/lzw.h"
#include "pipeline/adapters/tiff/predictor.h"
#include "pipeline/adapters/tiff/stored_numbers.h"
#include "pipeline/codecs/zstd.h"
#include "pipeline/error.h"
#include "tiling/buffer.h"

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

/// Memory of this thread, used again for every block.
struct Scratch {
  Buffer stored;  ///< bytes as they are in the file
  Buffer rows;    ///< a block, decompressed
  Buffer line;    ///< a row of one band, or one without its predictor
  Buffer band;
};

Scratch& scratch() {
  thread_local Scratch memory;
  return memory;
}

}  // namespace

/// One block of the file and what a request wants of it.
struct TileReader::Part {
  Window block;   ///< all pixels that it stores, also beyond the image
  Window inside;  ///< those wanted
  std::uint64_t offset = 0, bytes = 0;
  [[nodiscard]] bool written() const noexcept { return offset != 0 && bytes != 0; }
};

struct TileReader::Request {
  std::span<const int> bands;
  std::span<const Decoding> decodings;
  std::span<const double> fills;
  Window window;
  Target target;

  [[nodiscard]] float* pixel(std::size_t slot, Index row, Index col) const noexcept {
    return target.planes[slot] + (row - window.row) * target.row_stride + (col - window.col);
  }
};

std::unique_ptr<TileReader> TileReader::open(const std::string& path, std::shared_ptr<LocalFiles> files) {
  const auto file = files->open(path);
  const auto layout = read_tiff_layout(*file);
  if (!layout) return nullptr;
  return std::unique_ptr<TileReader>(new TileReader(path, std::move(files), *layout));
}

void TileReader::load_places(const LocalFile& file) {
  offsets_ = read_tiff_array(file, layout_.offsets);
  byte_counts_ = read_tiff_array(file, layout_.byte_counts);
}

std::size_t TileReader::read(std::span<const int> bands, std::span<const Decoding> decodings, std::span<const double> fills,
                             const Window& window, const Target& target) {
  const auto file = files_->open(path_);
  std::call_once(located_, [&] { load_places(*file); });
  if (!layout_.separate) {
    const Request request{bands, decodings, fills, window, target};
    return read_parts(*file, request, parts(request, 0));
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const Target plane{target.planes.subspan(i, 1), target.row_stride};
    const Request request{bands.subspan(i, 1), decodings.subspan(i, 1), fills.subspan(i, 1), window, plane};
    bytes += read_parts(*file, request, parts(request, static_cast<std::size_t>(bands[i])));
  }
  return bytes;
}

std::vector<TileReader::Part> TileReader::parts(const Request& request, std::size_t plane) const {
  const Shape block = layout_.block, blocks = layout_.blocks();
  const Window& w = request.window;
  std::vector<Part> list;
  for (Index row = w.row / block.rows; row * block.rows < w.row_end(); ++row)
    for (Index col = w.col / block.cols; col * block.cols < w.col_end(); ++col) {
      Part part;
      part.block = {row * block.rows, col * block.cols, block.rows, block.cols};
      // The last strip ends with the image, tiles do not.
      if (!layout_.tiled) part.block.rows = std::min(block.rows, layout_.image.rows - part.block.row);
      part.inside = intersect(part.block, w);
      const auto number = plane * static_cast<std::size_t>(blocks.area()) + static_cast<std::size_t>(row * blocks.cols + col);
      part.offset = offsets_[number];
      part.bytes = byte_counts_[number];
      const std::uint64_t whole = layout_.row_bytes() * static_cast<std::uint64_t>(part.block.rows);
      if (layout_.compression == TiffCompression::none && part.written()) {
        if (part.bytes < whole) throw read_error(Fault::data, path_, request.bands, part.inside, "their block is too short");
        part.bytes = whole;
      }
      constexpr std::uint64_t slack = std::uint64_t{1} << 20;
      if (part.bytes > 2 * whole + slack) throw read_error(Fault::data, path_, request.bands, part.inside, "their block is too long");
      list.push_back(part);
    }
  return list;
}

std::size_t TileReader::read_parts(const LocalFile& file, const Request& request, std::span<const Part> parts) {
  constexpr std::uint64_t most = std::uint64_t{8} << 20;  // in one read of neighbouring blocks
  std::size_t sum = 0;
  for (std::size_t first = 0; first < parts.size();) {
    if (!parts[first].written()) {
      fill_part(request, parts[first++]);
      continue;
    }
    std::uint64_t bytes = parts[first].bytes;
    std::size_t end = first + 1;
    while (end < parts.size() && parts[end].written() && parts[end].offset == parts[first].offset + bytes &&
           bytes + parts[end].bytes <= most)
      bytes += parts[end++].bytes;
    const std::uint64_t offset = parts[first].offset;
    if (!file.holds(offset, bytes))
      throw read_error(Fault::data, path_, request.bands, parts[first].inside, "the file ends before their block; get a fresh copy of it");
    Buffer& stored = scratch().stored;
    stored.reserve(bytes);
    file.read(offset, std::span(stored.data(), bytes));
    for (; first < end; ++first)
      decode_part(request, parts[first], std::span<const std::byte>(stored.data() + (parts[first].offset - offset), parts[first].bytes));
    sum += bytes;
  }
  return sum;
}

void TileReader::decode_part(const Request& request, const Part& part, std::span<const std::byte> stored) const {
  const std::size_t bytes = layout_.row_bytes() * static_cast<std::size_t>(part.block.rows);
  Buffer& rows = scratch().rows;
  rows.reserve(bytes);
  const std::span<std::byte> out(rows.data(), bytes);
  bool good = true;
  switch (layout_.compression) {
    case TiffCompression::none: std::memcpy(out.data(), stored.data(), bytes); break;
    case TiffCompression::lzw: good = decode_lzw(stored, out); break;
    case TiffCompression::deflate: good = inflate_zlib(stored, out); break;
    case TiffCompression::zstd: try { zstd_decompress(stored, out);
      } catch (const Error&) {
        good = false;
      }
      break;
  }
  if (!good)
    throw read_error(Fault::data, path_, request.bands, part.inside,
                     "they cannot be decompressed; the file is damaged: get a fresh copy of it");
  decode_rows(request, part, rows.data());
}

void TileReader::decode_rows(const Request& request, const Part& part, std::byte* rows) const {
  const auto samples = static_cast<std::size_t>(layout_.samples_per_block()), pixels = static_cast<std::size_t>(layout_.block.cols);
  Buffer& line = scratch().line;
  line.reserve(layout_.row_bytes());
  for (Index r = part.inside.row; r < part.inside.row_end(); ++r) {
    std::byte* row = rows + static_cast<std::size_t>(r - part.block.row) * layout_.row_bytes();
    if (layout_.predictor == 2) undo_horizontal(row, pixels, samples, sample_bytes(layout_.type));
    if (layout_.predictor == 3) {
      undo_floating_point(row, pixels * samples, samples, reinterpret_cast<float*>(line.data()));
      row = line.data();
    }
    const std::size_t first = static_cast<std::size_t>(part.inside.col - part.block.col) * samples * sample_bytes(layout_.type);
    for (std::size_t slot = 0; slot < request.bands.size(); ++slot) decode_row(request, slot, row + first, part.inside, r);
  }
}

void TileReader::decode_row(const Request& request, std::size_t slot, const std::byte* row, const Window& inside, Index row_number) const {
  const Index samples = layout_.samples_per_block();
  if (samples > 1) {
    Buffer& band = scratch().band;
    band.reserve(layout_.row_bytes());
    const auto sample = static_cast<std::size_t>(request.bands[slot]);
    gather(layout_.type, row + sample * sample_bytes(layout_.type), samples, inside.cols, band.data());
    row = band.data();
  }
  if (!decode(layout_.type, request.decodings[slot], row, inside.cols, request.pixel(slot, row_number, inside.col)))
    throw read_error(Fault::data, path_, request.bands.subspan(slot, 1), inside, std::string(inexact_integers));
}

void TileReader::fill_part(const Request& request, const Part& part) const {
  for (std::size_t slot = 0; slot < request.bands.size(); ++slot) {
    alignas(8) const auto number = stored_number(layout_.type, request.fills[slot]);
    float pixel = 0;
    if (!decode(layout_.type, request.decodings[slot], number.data(), 1, &pixel))
      throw read_error(Fault::data, path_, request.bands.subspan(slot, 1), part.inside, std::string(inexact_integers));
    for (Index r = part.inside.row; r < part.inside.row_end(); ++r)
      std::fill_n(request.pixel(slot, r, part.inside.col), part.inside.cols, pixel);
  }
}

}  // namespace terroir
