#include "pipeline/commands/open_sources.h"

#include "pipeline/adapters/gdal/gdal_opener.h"
#include "pipeline/adapters/gdal/gdal_source.h"
#include "pipeline/adapters/gdal/remote_file.h"
#include "pipeline/adapters/gdal/vsi_file.h"
#include "pipeline/adapters/tiff/geo_keys.h"
#include "pipeline/adapters/tiff/geotiff_facts.h"
#include "pipeline/adapters/tiff/tiff_directory.h"
#include "pipeline/adapters/tiff/tile_reader.h"
#include "pipeline/commands/cf_opener.h"
#include "pipeline/commands/zarr_opener.h"
#include "pipeline/error.h"
#include "pipeline/ports/known_source.h"
#include "pipeline/ports/vector_file.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string_view>

namespace terroir {
namespace {

SourceFacts facts_of(const GdalSource& source) {
  SourceFacts facts{source.path(),       source.grid(), source.times(), source.bands(), {}, source.chunk(), source.interleaved(), 0,
                    source.fingerprint()};
  facts.by_gdal = true;
  for (std::size_t band = 0; band < facts.bands.size(); ++band) facts.types.push_back(source.stored_type(static_cast<int>(band)));
  return facts;
}

/// Whether its chunks have the place that others keep for them.
bool is_as_told(const GdalSource& source, const SourceFacts& facts) {
  const SourceFacts found = facts_of(source);
  return source.stored_plainly() && found.grid.shape() == facts.grid.shape() && found.chunk == facts.chunk && found.types == facts.types &&
         found.interleaved == facts.interleaved && found.fingerprint == facts.fingerprint;
}

/// A GeoTIFF whose header has been read, here or in another process, and whose pixels are decoded here. The layout is looked at when the
/// first chunk is read; what the direct reader does not know, or cannot decode, is left to GDAL.
class DirectSource final : public KnownSource {
 public:
  using OpenGdal = std::function<std::unique_ptr<Source>(const SourceFacts&)>;

  DirectSource(SourceFacts facts, std::shared_ptr<LocalFiles> files, OpenGdal open_gdal)
      : KnownSource(std::move(facts)), files_(std::move(files)), open_gdal_(std::move(open_gdal)) {
    for (const auto& band : bands()) fills_.push_back(band.nodata.value_or(0));
  }

  [[nodiscard]] bool reopens() const noexcept override { return true; }

  std::size_t read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) override {
    std::call_once(looked_, [&] { look(); });
    if (!tiles_) return gdal_->read_chunk(bands, place, out);
    // What fails here is not tried again by GDAL, which takes DEFLATE data with a wrong checksum for pixels.
    return tiles_->read(bands, fills_of(bands), window_of(place), {out, chunk().shape.cols});
  }

  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch_chunk(std::span<const int> bands, const ChunkPlace& place,
                                                          std::span<std::byte* const> out) override {
    std::call_once(looked_, [&] { look(); });
    return tiles_ ? tiles_->fetch(bands, window_of(place), {out, chunk().shape.cols}) : nullptr;
  }

 private:
  [[nodiscard]] Window window_of(const ChunkPlace& place) const {
    const Shape shape = chunk().shape;
    return intersect(grid().window(), {place.row * shape.rows, place.col * shape.cols, shape.rows, shape.cols});
  }

  [[nodiscard]] std::vector<double> fills_of(std::span<const int> bands) const {
    std::vector<double> fills;
    for (const int band : bands) fills.push_back(fills_[static_cast<std::size_t>(band)]);
    return fills;
  }

  /// Takes the direct reader if it sees the same image in blocks that fit the chunks.
  void look() {
    tiles_ = TileReader::open(path(), files_);
    if (tiles_ && !fits(tiles_->layout())) tiles_.reset();
    if (!tiles_) gdal_ = open_gdal_(facts());
  }

  [[nodiscard]] bool fits(const TiffLayout& layout) const {
    const bool same_type = std::all_of(bands().begin(), bands().end(), [&](const auto& b) { return b.dtype == dtype_name(layout.type); });
    const Shape shape = chunk().shape;
    const bool whole_blocks = shape.rows % layout.block.rows == 0 && shape.cols % layout.block.cols == 0;
    const bool same_bands = static_cast<std::size_t>(layout.samples) == bands().size();
    return same_type && same_bands && whole_blocks && layout.image == grid().shape();
  }

  const std::shared_ptr<LocalFiles> files_;
  const OpenGdal open_gdal_;
  std::vector<double> fills_;
  std::once_flag looked_;
  std::unique_ptr<TileReader> tiles_;
  std::unique_ptr<Source> gdal_;  ///< where there is no direct reader
};

class SourceChooser final : public SourceOpener {
 public:
  explicit SourceChooser(CrsReader& crs) : crs_(crs), gdal_(crs), cf_(crs), zarr_(crs) {}

  std::vector<std::string> variables(const std::string& path) override {
    switch (reader_of(path)) {
      case Reader::zarr: return zarr_.variables(path);
      case Reader::cf: return cf_.variables(path);
      case Reader::geotiff: return {};
      case Reader::gdal: break;
    }
    return gdal_.variables(path);
  }
  std::unique_ptr<Source> open(const std::string& path, const SourcePart& part) override {
    const std::lock_guard lock(opening_);
    const Reader reader = reader_of(path);
    if (reader == Reader::zarr) return zarr_.open(path, part);
    if (reader == Reader::cf) return cf_.open(path, part);
    if (!part.variable.empty()) return gdal_.open(path, part);
    if (reader == Reader::geotiff && !gdal_.has_sidecar(path))
      if (auto facts = read_geotiff_facts(LocalFile(path), crs_)) return known(std::move(*facts));
    auto source = reader == Reader::geotiff ? open_geotiff(path) : gdal_.open_file(path);
    if (!source->stored_plainly()) return source;
    return direct(facts_of(*source));
  }
  std::unique_ptr<Source> reopen(SourceFacts facts) override {
    require_file(facts.path);
    return known(std::move(facts));
  }
  std::unique_ptr<VectorFile> vectors(const std::string& path) override { return gdal_.vectors(path); }
  std::vector<std::string> glob(const std::string& pattern) override { return gdal_.glob(pattern); }

 private:
  /// Who reads a file: `geotiff` are local, little-endian ones.
  enum class Reader { zarr, cf, geotiff, gdal };

  /// That of the last path is kept, for it is asked for what it holds and then for each part.
  [[nodiscard]] Reader reader_of(const std::string& path) {
    if (path == last_path_) return last_reader_;
    last_reader_ = look_at(path);
    last_path_ = path;
    return last_reader_;
  }

  [[nodiscard]] static Reader look_at(const std::string& path) {
    using namespace std::string_view_literals;
    if (ZarrOpener::knows(path)) return Reader::zarr;
    require_allowed(path);  // before anybody is asked for its first bytes
    const std::string head = file_head(path, CfOpener::head_bytes);
    if (CfOpener::knows(head)) return Reader::cf;
    const bool tiff = head.starts_with("II*\0"sv) || head.starts_with("II+\0"sv);
    return tiff && !path.starts_with("/vsi") ? Reader::geotiff : Reader::gdal;
  }

  /// GDAL takes a GeoTIFF whose end is missing for one that lies nowhere, or has no nodata.
  static void require_whole_header(const LocalFile& file) {
    const TiffDirectories directories = read_tiff_directories(file, 1);
    if (!directories.list.empty() && is_meaning_cut_off(file, directories.list[0]))
      throw Error(Fault::mistake, file.path() + ": its header goes on beyond its end, so the file was cut off; get a fresh copy of it");
  }

  /// A source with these facts and the fingerprint of the file.
  [[nodiscard]] std::unique_ptr<Source> known(SourceFacts facts) {
    facts.fingerprint = file_fingerprint(facts.path);
    return direct(std::move(facts));
  }

  /// A source with these facts. If GDAL has to read its pixels, it is opened then.
  [[nodiscard]] std::unique_ptr<Source> direct(SourceFacts facts) {
    return std::make_unique<DirectSource>(std::move(facts), files_, [this](const SourceFacts& told) { return open_told(told); });
  }

  [[nodiscard]] std::unique_ptr<Source> open_told(const SourceFacts& told) {
    const std::lock_guard lock(opening_);
    try {
      auto source = open_geotiff(told.path);
      if (is_as_told(*source, told)) return source;
    } catch (const Error& error) {
      if (error.fault() != Fault::mistake) throw;
      throw Error(Fault::system, std::string(error.what()) + "; its header could be read before: compare the mounts of the nodes");
    }
    throw Error(Fault::data, told.path + " is not the file whose header was read before; compare the mounts of the nodes");
  }

  /// Archives of maps have thousands of files whose headers tell the same: GDAL, with the database of PROJ, is asked about one of them.
  [[nodiscard]] std::unique_ptr<GdalSource> open_geotiff(const std::string& path) {
    const LocalFile file(path);
    const auto text = geotiff_text(file);
    if (!text) require_whole_header(file);
    const auto known = text ? told_.find(*text) : told_.end();
    if (known != told_.end())
      if (auto alike = gdal_.open_alike(path, known->second)) return alike;
    auto source = gdal_.open_file(path);
    if (text && told_.size() < most_told && !gdal_.has_sidecar(path)) told_.emplace(*text, source->facts());
    return source;
  }

  static constexpr std::size_t open_files = 128, most_told = 64;
  std::mutex opening_;  ///< a source that is read may turn to GDAL while another one is opened
  CrsReader& crs_;
  GdalOpener gdal_;
  CfOpener cf_;
  ZarrOpener zarr_;
  std::shared_ptr<LocalFiles> files_ = std::make_shared<LocalFiles>(open_files);
  std::string last_path_;
  Reader last_reader_ = Reader::gdal;
  std::map<std::string, GdalFacts> told_;  ///< by the texts of headers
};

}  // namespace

std::unique_ptr<SourceOpener> make_source_opener(CrsReader& crs) { return std::make_unique<SourceChooser>(crs); }

}  // namespace terroir
