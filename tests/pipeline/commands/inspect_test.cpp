#include "pipeline/commands/inspect.h"

#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/adapters/zarr/zarr_sink.h"
#include "pipeline/codecs/crc32c.h"
#include "pipeline/run/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Said {
  int code = 0;
  std::string out, errors;
};

Said inspect(std::vector<std::string> arguments) {
  std::ostringstream out, errors;
  const int code = run_inspect(arguments, out, errors);
  return {code, out.str(), errors.str()};
}

class Inspect : public testing::Test {
 protected:
  Inspect() {
    std::string name = (fs::temp_directory_path() / "inspect-XXXXXX").string();
    root_ = mkdtemp(name.data());
    store_ = make_folder_store(root_.string());
  }
  ~Inspect() override { fs::remove_all(root_); }

  /// One 2 x 2 array in one shard, journaled as a run does it.
  void write() {
    Plan plan;
    plan.name = "valley";
    plan.hash = "abcdef0123456789";
    plan.canonical = Value::map({{"name", {}, Value::scalar("valley")}});
    plan.layers.resize(1);
    plan.layers[0].info.unit = "degree";
    plan.layers[0].info.long_name = "slope of the ground";
    OutputPlan output;
    output.grid = Grid(crs_reader_.read("EPSG:32632"), {300000, 30, 5200000, -30}, {2, 2});
    output.window = {0, 0, 2, 2};
    output.chunk = output.shard = {2, 2};
    ArrayPlan array;
    array.name = "slope";
    array.layers = {0};
    output.arrays = {array};
    plan.outputs = {output};
    const auto sink = make_zarr_sink(plan, 0, *store_, crs_reader_);
    std::vector<std::byte> encoded, scratch;
    EncodeCounts counts;
    sink->encode(0, std::vector<float>{1, 2, 3, 4}, encoded, scratch, counts);
    const auto tile = sink->open_tile(0, 0, 0);
    tile->append(0, 0, 0, encoded);
    JournalWriter journal(*store_, {plan.hash, "first", 0});
    journal.add(0, {0, tile->close(), {}});
    journal.flush();
    sink->publish({{{4, 2.5, 5, 1, 4}}});
  }

  fs::path root_;
  std::unique_ptr<Store> store_;
  ProjCrsReader crs_reader_;
};

TEST_F(Inspect, ShowsAStoreAsAPersonReadsIt) {
  write();
  const Said said = inspect({root_.string()});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, HasSubstr("valley: Zarr 3, complete\n"));
  EXPECT_THAT(said.out, HasSubstr("from the recipe 'valley'"));
  EXPECT_THAT(said.out, HasSubstr("2 rows x 2 columns, pixels of 30 x 30 m\n"));
  EXPECT_THAT(said.out, HasSubstr("x 300000 .. 300060, y 5199940 .. 5200000\n"));
  EXPECT_THAT(said.out, HasSubstr("CRS WGS 84 / UTM zone 32N (EPSG:32632)\n"));
  EXPECT_THAT(said.out, HasSubstr("slope  y, x        2 x 2  2 x 2  2 x 2  float32  NaN     blosc (zstd 1, byte shuffle)\n"));
  EXPECT_THAT(said.out, HasSubstr("slope      4   2.5  1.11803    1    4  degree  slope of the ground\n"));
  EXPECT_EQ(said.errors, "");
}

TEST_F(Inspect, PrintsJson) {
  write();
  const auto facts = nlohmann::json::parse(inspect({root_.string(), "--json"}).out);
  EXPECT_EQ(facts["complete"], true);
  EXPECT_EQ(facts["grid"]["bounds"], nlohmann::json({300000.0, 5199940.0, 300060.0, 5200000.0}));
  EXPECT_EQ(facts["variables"].size(), 1u);
  EXPECT_EQ(facts["variables"][0]["statistics"]["mean"], 2.5);
  EXPECT_EQ(facts["recipe"]["name"], "valley");
}

TEST_F(Inspect, VerifiesObjectsAgainstTheJournal) {
  write();
  const Said sound = inspect({root_.string(), "--verify"});
  EXPECT_EQ(sound.code, 0);
  EXPECT_THAT(sound.out, HasSubstr("1 objects, 0 damaged"));
  const auto bytes = store_->get("slope/c/0/0").value();
  auto damaged = bytes;
  damaged[5] ^= std::byte{1};
  store_->put("slope/c/0/0", damaged);
  const Said wrong = inspect({root_.string(), "--verify"});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.out, HasSubstr("slope/c/0/0: its checksum is wrong"));
  store_->put("slope/c/0/0", std::span(bytes).first(10));
  EXPECT_THAT(inspect({root_.string(), "--verify"}).out, HasSubstr("slope/c/0/0: 10 bytes instead of " + std::to_string(bytes.size())));
  store_->remove("slope/c/0/0");
  EXPECT_THAT(inspect({root_.string(), "--verify"}).out, HasSubstr("slope/c/0/0: missing"));
}

TEST_F(Inspect, TellsAStoreThatIsNotComplete) {
  write();
  store_->remove("zarr.json");
  const Said said = inspect({root_.string()});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, HasSubstr("NOT COMPLETE"));
}

TEST_F(Inspect, SaysWhatIsWrongWithItsArguments) {
  EXPECT_EQ(inspect({}).code, 2);
  EXPECT_EQ(inspect({root_.string(), "--jsn"}).code, 2);
  const Said empty = inspect({root_.string()});
  EXPECT_EQ(empty.code, 2);
  EXPECT_THAT(empty.errors, HasSubstr("there is no Zarr store"));
  std::ofstream(root_ / "zarr.json") << "{";
  const Said damaged = inspect({root_.string()});
  EXPECT_EQ(damaged.code, 3);
  EXPECT_THAT(damaged.errors, HasSubstr("zarr.json is no JSON document"));
}

}  // namespace
}  // namespace terroir
