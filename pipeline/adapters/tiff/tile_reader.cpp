#include "pipeline/adapters/tiff/tile_reader.h"

#include "pipeline/adapters/tiff/lzw.h"
#include "pipeline/adapters/tiff/predictor.h"
#include "pipeline/adapters/tiff/stored_numbers.h"
#include "pipeline/codecs/inflate.h"
#include "pipeline/codecs/zstd.h"
#include "pipeline/ports/decode.h"

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

/// Memory of this thread, used again for every block.
struct Scratch {
  Buffer stored;  ///< bytes as they are in the file
  Buffer line;    ///< a row without its predictor
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
  std::span<const double> fills;
  Window window;
  Target target;
  std::size_t number_bytes = 1;

  [[nodiscard]] std::byte* place(std::size_t slot, Index row, Index col) const noexcept {
    return target.planes[slot] + ((row - window.row) * target.row_stride + (col - window.col)) * static_cast<Index>(number_bytes);
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

std::size_t TileReader::read(std::span<const int> bands, std::span<const double> fills, const Window& window, const Target& target) {
  const auto file = files_->open(path_);
  std::call_once(located_, [&] { load_places(*file); });
  if (!layout_.separate) {
    const Request request{bands, fills, window, target, number_bytes()};
    return read_parts(*file, request, parts(request, 0));
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const Target plane{target.planes.subspan(i, 1), target.row_stride};
    const Request request{bands.subspan(i, 1), fills.subspan(i, 1), window, plane, number_bytes()};
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
        if (part.bytes < whole)
          throw read_error(Fault::data, path_, request.bands, part.inside,
                           "their block is too short, so the file is damaged; get a fresh copy of it");
        part.bytes = whole;
      }
      if ((part.offset == 0) != (part.bytes == 0))
        throw read_error(Fault::data, path_, request.bands, part.inside,
                         "the file tells only one of their block's place and length, so it is damaged; get a fresh copy of it");
      constexpr std::uint64_t slack = std::uint64_t{1} << 20;
      if (part.bytes > 2 * whole + slack)
        throw read_error(Fault::data, path_, request.bands, part.inside,
                         "their block is too long, so the file is damaged; get a fresh copy of it");
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
    const auto bytes_of = [&](const Part& part) { return std::span<const std::byte>(stored.data() + (part.offset - offset), part.bytes); };
    if (layout_.compression == TiffCompression::deflate)
      for (; first + 1 < end; first += 2)
        inflate_both(request, {parts[first], parts[first + 1]}, {bytes_of(parts[first]), bytes_of(parts[first + 1])});
    for (; first < end; ++first) decode_part(request, parts[first], bytes_of(parts[first]));
    sum += bytes;
  }
  return sum;
}

bool TileReader::decompress(std::span<const std::byte> stored, std::span<std::byte> out) const {
  switch (layout_.compression) {
    case TiffCompression::none: std::memcpy(out.data(), stored.data(), out.size()); return true;
    case TiffCompression::lzw: return decode_lzw(stored, out);
    case TiffCompression::deflate: return inflate_zlib(stored, out);
    case TiffCompression::zstd: break;
  }
  try {
    zstd_decompress(stored, out);
  } catch (const Error&) {
    return false;
  }
  return true;
}

/// Whether a block can be decompressed where it belongs.
bool TileReader::fits_target(const Request& request, const Part& part) const noexcept {
  return layout_.samples_per_block() == 1 && part.inside == part.block && request.target.row_stride == layout_.block.cols;
}

void TileReader::inflate_both(const Request& request, const std::array<Part, 2>& parts,
                              const std::array<std::span<const std::byte>, 2>& stored) const {
  std::array<std::optional<LentBuffer>, 2> beside;
  std::array<ZlibStream, 2> streams;
  for (std::size_t i = 0; i < 2; ++i) streams[i] = {stored[i], {place_of_rows(request, parts[i], beside[i]), rows_bytes(parts[i])}};
  const auto good = inflate_zlib(streams[0], streams[1]);
  for (std::size_t i = 0; i < 2; ++i) {
    if (!good[i]) throw damaged(request, parts[i]);
    finish_part(request, parts[i], streams[i].out.data());
  }
}

/// Where the rows of a block are decompressed to: where they are wanted, or beside that.
std::byte* TileReader::place_of_rows(const Request& request, const Part& part, std::optional<LentBuffer>& beside) const {
  if (fits_target(request, part)) return request.place(0, part.block.row, part.block.col);
  return beside.emplace(rows_bytes(part)).data();
}

Error TileReader::damaged(const Request& request, const Part& part) const {
  return read_error(Fault::data, path_, request.bands, part.inside,
                    "they cannot be decompressed; the file is damaged: get a fresh copy of it");
}

std::size_t TileReader::rows_bytes(const Part& part) const noexcept {
  return layout_.row_bytes() * static_cast<std::size_t>(part.block.rows);
}

void TileReader::decode_part(const Request& request, const Part& part, std::span<const std::byte> stored) const {
  std::optional<LentBuffer> beside;
  std::byte* const rows = place_of_rows(request, part, beside);
  if (!decompress(stored, {rows, rows_bytes(part)})) throw damaged(request, part);
  finish_part(request, part, rows);
}

/// Makes numbers of the decompressed rows of a block, and brings them to where they are wanted if they are not there.
void TileReader::finish_part(const Request& request, const Part& part, std::byte* rows) const {
  const bool at_home = fits_target(request, part);
  const Index first = at_home ? 0 : part.inside.row - part.block.row;
  undo_predictor(rows + static_cast<std::size_t>(first) * layout_.row_bytes(), part.inside.rows);
  if (!at_home) place_rows(request, part, rows);
}

/// A request for one block whose bytes are here.
class TileReader::Fetched final : public FetchedChunk {
 public:
  Fetched(const TileReader& reader, std::span<const int> bands, const Window& window, const Target& target, const Part& part)
      : reader_(reader),
        bands_(bands.begin(), bands.end()),
        planes_(target.planes.begin(), target.planes.end()),
        request_{bands_, {}, window, {planes_, target.row_stride}, reader.number_bytes()},
        part_(part),
        stored_(part.bytes) {
    rows_ = reader_.place_of_rows(request_, part_, beside_);
  }

  [[nodiscard]] ZlibStream stream() const noexcept override { return {stored(), {rows_, reader_.rows_bytes(part_)}}; }
  [[nodiscard]] std::span<std::byte> stored() const noexcept { return {stored_.data(), part_.bytes}; }
  void finish() override { reader_.finish_part(request_, part_, rows_); }

 private:
  const TileReader& reader_;
  std::vector<int> bands_;
  std::vector<std::byte*> planes_;
  Request request_;
  Part part_;
  LentBuffer stored_;
  std::optional<LentBuffer> beside_;
  std::byte* rows_ = nullptr;
};

std::unique_ptr<FetchedChunk> TileReader::fetch(std::span<const int> bands, const Window& window, const Target& target) {
  if (layout_.compression != TiffCompression::deflate || (layout_.separate && bands.size() != 1)) return nullptr;
  const auto file = files_->open(path_);
  std::call_once(located_, [&] { load_places(*file); });
  const Request request{bands, {}, window, target, number_bytes()};
  const auto list = parts(request, layout_.separate ? static_cast<std::size_t>(bands[0]) : 0);
  if (list.size() != 1 || !list[0].written() || !file->holds(list[0].offset, list[0].bytes)) return nullptr;
  auto fetched = std::make_unique<Fetched>(*this, bands, window, target, list[0]);
  file->read(list[0].offset, fetched->stored());
  return fetched;
}

void TileReader::undo_predictor(std::byte* rows, Index count) const {
  const auto samples = static_cast<std::size_t>(layout_.samples_per_block()), pixels = static_cast<std::size_t>(layout_.block.cols);
  Buffer& line = scratch().line;
  line.reserve(layout_.row_bytes());
  for (Index r = 0; r < count; ++r) {
    std::byte* row = rows + static_cast<std::size_t>(r) * layout_.row_bytes();
    if (layout_.predictor == 2) undo_horizontal(row, pixels, samples, number_bytes());
    if (layout_.predictor == 3) {
      std::memcpy(line.data(), row, layout_.row_bytes());
      undo_floating_point(line.data(), pixels * samples, samples, reinterpret_cast<float*>(row));
    }
  }
}

void TileReader::place_rows(const Request& request, const Part& part, std::byte* rows) const {
  const Index samples = layout_.samples_per_block();
  for (Index r = part.inside.row; r < part.inside.row_end(); ++r) {
    const std::size_t col = static_cast<std::size_t>((part.inside.col - part.block.col) * samples) * number_bytes();
    const std::byte* row = rows + static_cast<std::size_t>(r - part.block.row) * layout_.row_bytes() + col;
    for (std::size_t slot = 0; slot < request.bands.size(); ++slot) {
      std::byte* const to = request.place(slot, r, part.inside.col);
      if (samples == 1)
        std::memcpy(to, row, static_cast<std::size_t>(part.inside.cols) * number_bytes());
      else
        gather(layout_.type, row + static_cast<std::size_t>(request.bands[slot]) * number_bytes(), samples, part.inside.cols, to);
    }
  }
}

void TileReader::fill_part(const Request& request, const Part& part) const {
  for (std::size_t slot = 0; slot < request.bands.size(); ++slot) {
    const auto number = stored_number(layout_.type, request.fills[slot]);
    for (Index r = part.inside.row; r < part.inside.row_end(); ++r) {
      std::byte* to = request.place(slot, r, part.inside.col);
      for (Index c = 0; c < part.inside.cols; ++c, to += number_bytes()) std::memcpy(to, number.data(), number_bytes());
    }
  }
}

}  // namespace terroir
