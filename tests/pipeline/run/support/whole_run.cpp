#include "tests/pipeline/run/support/whole_run.h"

#include "pipeline/adapters/yaml/yaml_reader.h"
#include "pipeline/error.h"
#include "pipeline/plan/coarse.h"
#include "pipeline/run/pass_runner.h"
#include "tests/pipeline/run/support/memory_shared_work.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>

namespace terroir::testing {
namespace {

/// Keeps chunks as they come and puts them in their places.
class KeepingSink : public Sink {
 public:
  KeepingSink(const OutputPlan& output, std::map<std::string, Stored>& arrays) : output_(output), arrays_(arrays) {
    for (const auto& array : output.arrays) {
      Stored& stored = arrays_[output.name + "/" + array.name];
      stored.features = static_cast<Index>(array.layers.size());
      stored.times = array.times;
      stored.shape = output.window.shape();
      stored.pixels.assign(static_cast<std::size_t>(stored.features * stored.times * stored.shape.area()), -12345.0F);
    }
  }

  void encode(std::size_t, std::span<const float> pixels, Bytes& out, std::vector<std::byte>&, EncodeCounts&) const override {
    out.resize(pixels.size_bytes());
    std::memcpy(out.data(), pixels.data(), out.size());
  }
  std::unique_ptr<TileWriter> open_tile(std::size_t array, Index tile_row, Index tile_col) override;
  std::vector<std::string> tile_keys(std::size_t, Index, Index) const override { return {}; }
  std::string root_key() const override { return "root"; }
  std::vector<ObjectRecord> publish(const std::vector<std::vector<LayerStatistics>>&, PartReader&) override { return {}; }

  void place(std::size_t number, Index time_chunk, Index row, Index col, std::span<const std::byte> bytes) {
    const ArrayPlan& array = output_.arrays[number];
    Stored& stored = arrays_[output_.name + "/" + array.name];
    const auto* pixels = reinterpret_cast<const float*>(bytes.data());
    for (Index f = 0; f < stored.features; ++f)
      for (Index t = 0; t < array.time_chunk; ++t)
        for (Index r = 0; r < output_.chunk.rows; ++r)
          for (Index c = 0; c < output_.chunk.cols; ++c, ++pixels) {
            const Index time = time_chunk * array.time_chunk + t, y = row + r, x = col + c;
            const bool inside = time < stored.times && y < stored.shape.rows && x < stored.shape.cols;
            if (inside)
              stored.pixels[static_cast<std::size_t>(((f * stored.times + time) * stored.shape.rows + y) * stored.shape.cols + x)] =
                  *pixels;
            else
              EXPECT_TRUE(std::isnan(*pixels)) << "padding of " << array.name << " is not nodata";
          }
  }
  const OutputPlan& output() const { return output_; }

 private:
  const OutputPlan& output_;
  std::map<std::string, Stored>& arrays_;
};

class KeepingWriter : public TileWriter {
 public:
  KeepingWriter(KeepingSink& sink, std::size_t array, Index row, Index col) : sink_(sink), array_(array), row_(row), col_(col) {}
  void append(Index time_chunk, Index row, Index col, std::span<const std::byte> encoded) override {
    const OutputPlan& o = sink_.output();
    const std::pair<Index, Index> place{row, col};
    EXPECT_TRUE(last_ <= place) << "chunks come row by row";
    last_ = place;
    sink_.place(array_, time_chunk, row_ * o.shard.rows + row * o.chunk.rows, col_ * o.shard.cols + col * o.chunk.cols, encoded);
  }
  std::vector<ObjectRecord> close() override { return {}; }

 private:
  KeepingSink& sink_;
  std::size_t array_;
  Index row_, col_;
  std::pair<Index, Index> last_{0, 0};
};

std::unique_ptr<TileWriter> KeepingSink::open_tile(std::size_t array, Index tile_row, Index tile_col) {
  return std::make_unique<KeepingWriter>(*this, array, tile_row, tile_col);
}

/// Sinusoidal: y metres along the meridian, x along the parallel.
class Sinusoidal : public CrsOperation {
 public:
  explicit Sinusoidal(bool to_degrees) : to_degrees_(to_degrees) {}
  const std::string& name() const noexcept override { return name_; }
  double accuracy() const noexcept override { return 0; }
  void forward(std::span<MapPoint> points) const override { carry(points, to_degrees_); }
  void inverse(std::span<MapPoint> points) const override { carry(points, !to_degrees_); }

 private:
  static void carry(std::span<MapPoint> points, bool to_degrees) {
    constexpr double degree = 111195, radian = 57.29577951308232;
    for (MapPoint& p : points) {
      if (to_degrees)
        p = {9 + (p.x - 500000) / (degree * std::cos(p.y / degree / radian)), p.y / degree};
      else
        p = {500000 + (p.x - 9) * degree * std::cos(p.y / radian), p.y * degree};
      if (!(std::abs(to_degrees ? p.y : p.y / degree) <= 90)) p = {NAN, NAN};
    }
  }
  std::string name_ = "sinusoidal";
  bool to_degrees_;
};

Recipe parsed(const std::string& text) {
  const ParsedYaml yaml = read_yaml(text);
  EXPECT_TRUE(yaml.diagnostics.empty());
  const ParsedRecipe parsed = parse_recipe(yaml.root, {}, "recipe.yml");
  for (const auto& d : parsed.diagnostics)
    if (!d.warning) ADD_FAILURE() << to_text(d, "recipe.yml");
  if (!parsed.recipe) throw Error(Fault::mistake, "the test's recipe is wrong");
  return *parsed.recipe;
}

}  // namespace

Crs utm32() { return {"PROJCRS[\"WGS 84 / UTM zone 32N\"]", "EPSG:32632", false, 1, 6378137, 1 / 298.257223563}; }
Crs wgs84() { return {"GEOGCRS[\"WGS 84\"]", "EPSG:4326", true, 1, 6378137, 1 / 298.257223563}; }

Crs FewCrs::read(const std::string& text) {
  if (text == "EPSG:32632") return utm32();
  if (text == "EPSG:4326") return wgs84();
  throw Error(Fault::mistake, "'" + text + "' is no CRS");
}

bool FewUnits::knows(const std::string& unit) { return unit == "K" || unit == "degC" || unit == "m" || unit == "ft"; }

std::optional<UnitMap> FewUnits::map(const std::string& from, const std::string& to) {
  if (from == to && knows(from)) return UnitMap{};
  if (from == "K" && to == "degC") return UnitMap{1, -273.15};
  if (from == "ft" && to == "m") return UnitMap{0.3048, 0};
  return std::nullopt;
}

std::shared_ptr<const CrsOperation> FewCrs::operation(const Crs& from, const Crs&, std::span<const MapPoint>) {
  return std::make_shared<Sinusoidal>(!from.geographic);
}

Compiled compile_text(const std::string& recipe, SourceOpener& opener, const Resources& resources) {
  FewCrs crs;
  FewUnits units;
  Compiled result = compile(parsed(recipe), opener, crs, units, resources);
  for (const auto& d : result.diagnostics)
    if (!d.warning) ADD_FAILURE() << to_text(d, "recipe.yml");
  if (!result.plan) throw Error(Fault::mistake, "the test's recipe has no plan");
  return result;
}

Plan compiled(const std::string& recipe, SourceOpener& opener, const Resources& resources) {
  return std::move(*compile_text(recipe, opener, resources).plan);
}

std::vector<std::string> faults(const std::string& recipe, SourceOpener& opener, const Resources& resources) {
  FewCrs crs;
  FewUnits units;
  std::vector<std::string> texts;
  for (const auto& d : compile(parsed(recipe), opener, crs, units, resources).diagnostics)
    if (!d.warning) texts.push_back(d.where + ": " + d.problem + "; " + d.remedy);
  return texts;
}

void expect_same(const WholeRun& a, const WholeRun& b, const std::string& what) {
  ASSERT_EQ(a.arrays.size(), b.arrays.size());
  for (const auto& [name, stored] : a.arrays) {
    EXPECT_TRUE(same_bits(stored.pixels, b.arrays.at(name).pixels)) << name << " differs: " << what;
    EXPECT_EQ(stored.statistics, b.arrays.at(name).statistics) << name << " has other statistics: " << what;
  }
}

WholeRun whole_run(const std::string& recipe, SourceOpener& opener, const RunOptions& options) {
  Compiled made = compile_text(recipe, opener, options.resources);
  WholeRun result{std::move(*made.plan), {}};
  result.plan.kept_bytes = options.kept_bytes.value_or(result.plan.kept_bytes);
  const Plan& plan = result.plan;
  std::vector<std::unique_ptr<KeepingSink>> sinks;
  std::vector<Sink*> pointers;
  for (const auto& output : plan.outputs) {
    sinks.push_back(std::make_unique<KeepingSink>(output, result.arrays));
    pointers.push_back(sinks.back().get());
  }
  std::map<std::size_t, std::vector<double>> fitted;
  const CoarseRoom room = coarse_room(plan);
  const auto shared = options.ranks == 1 ? nullptr : std::make_shared<MemorySharedWork>(room.bytes, room.chunks);
  if (shared && options.full_scratch) shared->fill();
  std::deque<TileRunners> ranks;
  for (std::size_t r = 0; r < options.ranks; ++r) ranks.emplace_back(plan, made.sources, pointers, shared);
  for (std::size_t p = 0; p < plan.passes.size(); ++p) {
    std::vector<std::unique_ptr<TileRunner>> runners;
    for (auto& rank : ranks) runners.push_back(rank.make(p, fitted));
    const Index tiles = plan.passes[p].tiles.size();
    std::vector<std::vector<double>> states(static_cast<std::size_t>(tiles));
    for (Index i = 0; i < tiles; ++i) {
      const Index tile = options.backwards ? tiles - 1 - i : i;
      states[static_cast<std::size_t>(tile)] = runners[static_cast<std::size_t>(i) % runners.size()]->run(tile, -1).state;
    }
    const PassState state = fold(plan, p, states);
    fitted.insert(state.fits.begin(), state.fits.end());
    for (const auto& [output, arrays] : state.statistics)
      for (std::size_t a = 0; a < arrays.size(); ++a)
        result.arrays[plan.outputs[output].name + "/" + plan.outputs[output].arrays[a].name].statistics = arrays[a];
  }
  return result;
}

std::shared_ptr<MemoryRaster> raster(Shape shape, Shape chunk, const std::function<float(Index, Index)>& pixel, MapPoint corner,
                                     double size) {
  auto made = std::make_shared<MemoryRaster>();
  made->grid = Grid(utm32(), {corner.x, size, corner.y, -size}, shape);
  made->chunk = {1, chunk};
  MemoryRaster::Band band;
  for (Index r = 0; r < shape.rows; ++r)
    for (Index c = 0; c < shape.cols; ++c) band.pixels.push_back(pixel(r, c));
  made->bands.push_back(std::move(band));
  return made;
}

float hills(Index row, Index col) {
  if ((row * 7 + col * 13) % 97 == 0) return std::numeric_limits<float>::quiet_NaN();
  const double y = static_cast<double>(row), x = static_cast<double>(col);
  return static_cast<float>(1500 + 300 * std::sin(y / 9) * std::cos(x / 7) + 40 * std::sin(x * y / 50));
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float p, float q) {
           return (std::isnan(p) && std::isnan(q)) || std::memcmp(&p, &q, sizeof p) == 0;
         });
}

MemoryOpener flat_dem() {
  MemoryOpener opener;
  opener.add("dem.tif", raster({1024, 1024}, {128, 128}, [](Index, Index) { return 1.0F; }));
  return opener;
}

}  // namespace terroir::testing
