#pragma once

#include "pipeline/adapters/tiff/tiff_layout.h"
#include "pipeline/error.h"
#include "pipeline/ports/source.h"
#include "tiling/lent_buffer.h"

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace terroir {

/// Reads pixels of a local GeoTIFF by byte ranges: classic and BigTIFF, tiles and strips, plain, LZW, DEFLATE or ZSTD, predictors 1 to 3.
/// It knows nothing of grids, masks and metadata. May be used from several threads.
class TileReader {
 public:
  /// Nothing when the layout is not one that it knows. Throws Error(Fault::system).
  [[nodiscard]] static std::unique_ptr<TileReader> open(const std::string& path, std::shared_ptr<LocalFiles> files);

  [[nodiscard]] const TiffLayout& layout() const noexcept { return layout_; }

  /// Where stored numbers go: one plane for each band, rows `row_stride` numbers apart, the window's first number first.
  struct Target {
    std::span<std::byte* const> planes;
    Index row_stride = 0;
  };
  /// Reads the stored numbers of a window inside the image. `fills` are those of blocks that were never written. Returns the bytes
  /// read. Throws Error: Fault::data when the bytes cannot be decoded, Fault::system when they cannot be read.
  std::size_t read(std::span<const int> bands, std::span<const double> fills, const Window& window, const Target& target);

  /// Begins to read a window, where that is one block under DEFLATE that has been written (Source::fetch_chunk); else nothing. What
  /// `target` points to is as it is until `finish`. Throws Error(Fault::system).
  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch(std::span<const int> bands, const Window& window, const Target& target);

 private:
  struct Part;
  struct Request;
  class Fetched;
  TileReader(std::string path, std::shared_ptr<LocalFiles> files, const TiffLayout& layout)
      : path_(std::move(path)), files_(std::move(files)), layout_(layout) {}

  void load_places(const LocalFile& file);
  [[nodiscard]] std::vector<Part> parts(const Request&, std::size_t plane) const;
  std::size_t read_parts(const LocalFile& file, const Request&, std::span<const Part> parts);
  void decode_part(const Request&, const Part&, std::span<const std::byte> stored) const;
  [[nodiscard]] bool decompress(std::span<const std::byte> stored, std::span<std::byte> out) const;
  [[nodiscard]] bool fits_target(const Request&, const Part&) const noexcept;
  [[nodiscard]] std::size_t rows_bytes(const Part&) const noexcept;
  [[nodiscard]] std::byte* place_of_rows(const Request&, const Part&, std::optional<LentBuffer>& beside) const;
  void inflate_both(const Request&, const std::array<Part, 2>& parts, const std::array<std::span<const std::byte>, 2>& stored) const;
  void finish_part(const Request&, const Part&, std::byte* rows) const;
  [[nodiscard]] Error damaged(const Request&, const Part&) const;
  void undo_predictor(std::byte* rows, Index count) const;
  void place_rows(const Request&, const Part&, std::byte* rows) const;
  void fill_part(const Request&, const Part&) const;
  [[nodiscard]] std::size_t number_bytes() const noexcept { return sample_bytes(layout_.type); }

  std::string path_;
  std::shared_ptr<LocalFiles> files_;
  TiffLayout layout_;
  std::once_flag located_;
  std::vector<std::uint64_t> offsets_, byte_counts_;
};

}  // namespace terroir
