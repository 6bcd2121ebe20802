#pragma once

#include "pipeline/adapters/memory/memory_source.h"
#include "pipeline/plan/plan.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/sink.h"
#include "pipeline/ports/unit_converter.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace terroir::testing {

/// Knows "EPSG:32632" and "EPSG:4326", which is all that these tests name.
class FewCrs : public CrsReader {
 public:
  Crs read(const std::string& text) override;
  std::vector<Attribute> cf_attributes(const Crs&) override { return {}; }
  Crs read_cf(const std::vector<Attribute>&) override { return {}; }
  /// A made-up projection: sinusoidal around 9 degrees east on a sphere, exact in both directions.
  std::shared_ptr<const CrsOperation> operation(const Crs& from, const Crs& to, std::span<const MapPoint> area) override;
};

/// Knows K, degC, ft and m, and the ways from the first to the second and from the third to the last.
class FewUnits : public UnitConverter {
 public:
  bool knows(const std::string& unit) override;
  std::optional<UnitMap> map(const std::string& from, const std::string& to) override;
};
[[nodiscard]] Crs utm32();
[[nodiscard]] Crs wgs84();

/// Pixels of one array as they would be stored: [feature][time][row][col] of the output's window.
struct Stored {
  Index features = 1, times = 1;
  Shape shape;
  std::vector<float> pixels;
  std::vector<LayerStatistics> statistics;
  [[nodiscard]] float at(Index row, Index col, Index time = 0, Index feature = 0) const {
    return pixels[static_cast<std::size_t>(((feature * times + time) * shape.rows + row) * shape.cols + col)];
  }
};

/// What a recipe gives on rasters in memory, without files, codecs or messages: every pass and every tile in the given order.
struct RunOptions {
  Resources resources{std::size_t{1} << 32, 1, 1, std::nullopt};
  bool backwards = false;                   ///< last tile first
  std::size_t ranks = 1;                    ///< that take turns, and share what a node's ranks share
  bool full_scratch = false;                ///< there is no room for what they share
  std::optional<std::size_t> kept_bytes{};  ///< of results kept between passes, instead of what the plan says
};
struct WholeRun {
  Plan plan;
  std::map<std::string, Stored> arrays;  ///< "output/array"
};

/// Compiles a recipe; fails the test with all diagnostics when it has any error.
[[nodiscard]] Compiled compile_text(const std::string& recipe, SourceOpener& opener, const Resources& resources);
[[nodiscard]] Plan compiled(const std::string& recipe, SourceOpener& opener,
                            const Resources& resources = {std::size_t{1} << 32, 1, 1, std::nullopt});
/// Texts of what is wrong with a recipe, "where: problem; remedy".
[[nodiscard]] std::vector<std::string> faults(const std::string& recipe, SourceOpener& opener,
                                              const Resources& resources = {std::size_t{1} << 32, 1, 1, std::nullopt});
[[nodiscard]] WholeRun whole_run(const std::string& recipe, SourceOpener& opener, const RunOptions& options = {});
/// Pixels, bit for bit, and statistics; `what` tells how the second run differs from the first.
void expect_same(const WholeRun& a, const WholeRun& b, const std::string& what);

/// A raster on EPSG:32632, 30 m pixels, whose pixels are given by a function of row, column and band.
[[nodiscard]] std::shared_ptr<MemoryRaster> raster(Shape shape, Shape chunk, const std::function<float(Index row, Index col)>& pixel,
                                                   MapPoint corner = {600000, 5200000}, double size = 30);
/// Hills with some nodata: the same at the same map position.
[[nodiscard]] float hills(Index row, Index col);

/// Whether two runs of pixels are the same bits, NaN included.
[[nodiscard]] bool same_bits(const std::vector<float>& a, const std::vector<float>& b);

/// dem.tif: 1024 x 1024 pixels of 1, in chunks of 128.
[[nodiscard]] MemoryOpener flat_dem();

}  // namespace terroir::testing
