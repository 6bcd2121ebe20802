#include "pipeline/commands/inspect.h"

#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/adapters/zarr/zarr_sink.h"
#include "pipeline/codecs/crc32c.h"
#include "pipeline/run/destination.h"
#include "pipeline/run/journal.h"
#include "tests/pipeline/commands/support/said.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

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

  /// One 2 x 2 array in one shard.
  Plan small_plan() {
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
    Pass pass;
    pass.outputs = {0};
    pass.tiles = TileGrid(output.window, {2, 2});
    plan.passes = {pass};
    return plan;
  }

  static ObjectRecord write_tile(Sink& sink, const std::vector<float>& pixels) {
    Bytes encoded;
    std::vector<std::byte> scratch;
    EncodeCounts counts;
    sink.encode(0, pixels, encoded, scratch, counts);
    const auto tile = sink.open_tile(0, 0, 0);
    tile->append(0, 0, 0, encoded);
    return tile->close().front();
  }

  /// Writes and journals it as a run does.
  void write() {
    const Plan plan = small_plan();
    const auto sink = make_zarr_sink(plan, 0, *store_, crs_reader_);
    const Destination destination{store_.get(), sink.get()};
    (void)prepare_outputs(plan, {destination}, {"first", false, false});
    JournalWriter journal(*store_, {plan.hash, "first", 0});
    journal.add(0, {0, {write_tile(*sink, {1, 2, 3, 4})}, {}});
    journal.flush();
    NoParts no_parts;
    note_published(plan, destination, "first", sink->publish({{{4, 2.5, 5, 1, 4}}}, no_parts));
  }

  /// How many objects a store holds, those of its run apart.
  static std::string objects_of(Store& store) {
    const auto keys = store.list("");
    return std::to_string(std::count_if(keys.begin(), keys.end(), [](const auto& key) { return !key.starts_with(run_folder); }));
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
  EXPECT_THAT(sound.out, HasSubstr(" " + objects_of(*store_) + " objects, 0 damaged"));
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

TEST_F(Inspect, VerifiesDocuments) {
  write();
  auto document = store_->get("slope/zarr.json").value();
  std::replace(document.begin(), document.end(), std::byte{'g'}, std::byte{'G'});
  store_->put("slope/zarr.json", document);
  store_->remove("spatial_ref/zarr.json");
  const Said said = inspect({root_.string(), "--verify"});
  EXPECT_EQ(said.code, 3);
  EXPECT_THAT(said.out, HasSubstr("slope/zarr.json: its checksum is wrong"));
  EXPECT_THAT(said.out, HasSubstr("spatial_ref/zarr.json: missing"));
}

TEST_F(Inspect, MissesTilesThatTheJournalDoesNotTellOf) {
  write();
  const Plan plan = small_plan();
  for (const auto& key : store_->list("__terroir/journal-")) store_->remove(key);
  JournalWriter journal(*store_, {plan.hash, "first", 0});
  journal.add(1, {0, {}, {}});  // of a pass that does not write this output
  journal.flush();
  const Said said = inspect({root_.string(), "--verify"});
  EXPECT_EQ(said.code, 3);
  EXPECT_THAT(said.out, HasSubstr("__terroir/journal: tells of 0 of 1 tiles"));
}

/// Two outputs with the same variable: pixels 1 to 4 in `first`, 5 to 8 in `second`, one journal in `first`.
class InspectTwoOutputs : public Inspect {
 protected:
  InspectTwoOutputs() {
    Plan plan = small_plan();
    plan.outputs.push_back(plan.outputs[0]);
    plan.passes[0].outputs = {0, 1};
    std::vector<std::unique_ptr<Sink>> sinks;
    std::vector<Destination> destinations;
    for (std::size_t i = 0; i < 2; ++i) {
      stores_.push_back(make_folder_store((root_ / names[i]).string()));
      sinks.push_back(make_zarr_sink(plan, i, *stores_[i], crs_reader_));
      destinations.push_back({stores_[i].get(), sinks[i].get()});
    }
    (void)prepare_outputs(plan, destinations, {"first", false, false});
    JournalWriter journal(*stores_[0], {plan.hash, "first", 0});
    TileResult tile;
    for (std::uint32_t i = 0; i < 2; ++i) {
      const auto value = static_cast<float>(4 * i);
      tile.objects.push_back(write_tile(*sinks[i], {value + 1, value + 2, value + 3, value + 4}));
      tile.objects.back().output = i;
      NoParts no_parts;
      note_published(plan, destinations[i], "first", sinks[i]->publish({{{4, 2.5, 5, 1, 4}}}, no_parts));
    }
    journal.add(0, tile);
    journal.flush();
  }
  [[nodiscard]] std::string path(int output) const { return (root_ / names[output]).string(); }

  static constexpr const char* names[] = {"one", "two"};
  std::vector<std::unique_ptr<Store>> stores_;
};

TEST_F(InspectTwoOutputs, VerifiesEachAgainstItsOwnObjects) {
  for (const int output : {0, 1}) {
    const Said sound = inspect({path(output), "--verify"});
    EXPECT_EQ(sound.code, 0) << sound.out;
    EXPECT_THAT(sound.out, HasSubstr(" " + objects_of(*stores_[static_cast<std::size_t>(output)]) + " objects, 0 damaged"));
  }
  stores_[1]->put("slope/c/0/0", stores_[0]->get("slope/c/0/0").value());
  EXPECT_EQ(inspect({path(0), "--verify"}).code, 0);
  const Said wrong = inspect({path(1), "--verify"});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.out, HasSubstr("slope/c/0/0: "));
}

TEST_F(InspectTwoOutputs, FindsTheJournalOfFoldersThatMovedTogether) {
  fs::create_directory(root_ / "moved");
  for (const auto* name : names) fs::rename(root_ / name, root_ / "moved" / name);
  EXPECT_THAT(inspect({(root_ / "moved" / "two").string(), "--verify"}).out, HasSubstr(" objects, 0 damaged"));
}

TEST_F(InspectTwoOutputs, SaysWhereTheJournalIsMissed) {
  fs::remove_all(root_ / "one");
  EXPECT_EQ(inspect({path(1)}).code, 0);
  const Said said = inspect({path(1), "--verify"});
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.errors, "terroir inspect: " + path(1) + " cannot be verified: the journal of its run belongs into " + path(0) +
                             "/__terroir, where there is none; bring the folder of the run's first output back to that place\n");
}

TEST_F(Inspect, TellsAStoreThatIsNotComplete) {
  write();
  store_->remove("zarr.json");
  const Said said = inspect({root_.string()});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, HasSubstr("NOT COMPLETE"));
}

TEST_F(Inspect, ShowsTheArraysThatItCanRead) {
  write();
  fs::create_directory(root_ / "odd");
  std::ofstream(root_ / "odd/zarr.json") << R"({"zarr_format": 3, "node_type": "array", "shape": "many"})";
  auto root = nlohmann::json::parse(std::ifstream(root_ / "zarr.json"));
  root["consolidated_metadata"]["metadata"]["odd"] = nlohmann::json::parse(std::ifstream(root_ / "odd/zarr.json"));
  std::ofstream(root_ / "zarr.json") << root.dump();
  const Said said = inspect({root_.string()});
  EXPECT_EQ(said.code, 3);
  EXPECT_THAT(said.out, HasSubstr("\nVariables\n"));
  EXPECT_THAT(said.errors, testing::StartsWith("terroir inspect: " + root_.string() + ": array 'odd': its metadata are damaged ("));
  EXPECT_EQ(nlohmann::json::parse(inspect({root_.string(), "--json"}).out)["unread"].size(), 1u);
}

/// A single coordinate has no step: the grid mapping tells it.
TEST_F(Inspect, KnowsTheGridOfOneRow) {
  Plan plan = small_plan();
  plan.outputs[0].grid = Grid(crs_reader_.read("EPSG:32632"), {300000, 30, 5200000, -30}, {1, 2});
  plan.outputs[0].window = {0, 0, 1, 2};
  const auto sink = make_zarr_sink(plan, 0, *store_, crs_reader_);
  NoParts no_parts;
  sink->publish({{{2, 1, 0, 1, 1}}}, no_parts);
  EXPECT_THAT(inspect({root_.string()}).out, HasSubstr("Grid\n  1 rows x 2 columns, pixels of 30 x 30 m\n"
                                                       "  x 300000 .. 300060, y 5199970 .. 5200000\n"));
}

TEST_F(Inspect, SaysWhatAPlaceIsThatIsNoStore) {
  const std::string path = root_.string();
  const auto refusal = [&](const std::string& place) {
    const Said said = inspect({place});
    EXPECT_EQ(said.out, "");
    return std::to_string(said.code) + " " + said.errors;
  };
  EXPECT_EQ(refusal(path + "/no"), "2 " + path + "/no: it does not exist; check the path\n");
  fs::create_directories(root_ / "begun.nc.terroir");
  EXPECT_EQ(refusal(path + "/begun.nc"), "2 " + path + "/begun.nc: nothing is published yet; run it again to resume\n");
  // A run that is killed while it publishes leaves an empty document.
  fs::create_directories(root_ / "torn.zarr/__terroir");
  std::ofstream(root_ / "torn.zarr/zarr.json").flush();
  std::ofstream(root_ / "torn.zarr/__terroir/journal") << "begun";
  EXPECT_EQ(refusal(path + "/torn.zarr"), "2 " + path + "/torn.zarr: nothing is published yet; run it again to resume\n");
  fs::remove_all(root_ / "torn.zarr");
  EXPECT_EQ(refusal(path), "2 " + path + ": there is no Zarr store; give the folder that holds zarr.json or .zgroup\n");
  const auto root_document = [&](const char* text) { std::ofstream(root_ / "zarr.json") << text; };
  root_document(R"({"zarr_format": 3, "node_type": "group", "attributes": {}})");
  fs::create_directory(root_ / "inner");
  std::ofstream(root_ / "inner" / "zarr.json") << R"({"zarr_format": 3, "node_type": "group"})";
  EXPECT_EQ(refusal(path), "2 " + path + ": this Zarr group has no arrays; give the folder of a store\n");
  root_document(R"({"zarr_format": 3, "node_type": "group", "attributes": null, "consolidated_metadata": null})");
  EXPECT_EQ(refusal(path), "2 " + path + ": this Zarr group has no arrays; give the folder of a store\n");
  root_document(R"({"zarr_format": 3, "node_type": "array", "shape": [2]})");
  EXPECT_EQ(refusal(path), "2 " + path + ": this is one array of a Zarr store; give the folder of the store\n");
  root_document("[]");
  EXPECT_EQ(refusal(path), "3 terroir inspect: " + path + "/zarr.json is no JSON object; write the store again\n");
  fs::remove(root_ / "zarr.json");
  std::ofstream(root_ / ".zarray") << R"({"zarr_format": 2, "shape": [2]})";
  EXPECT_EQ(refusal(path), "2 " + path + ": this is one array of a Zarr store; give the folder of the store\n");
}

/// A folder of somebody else may lead to itself, or be the whole machine.
TEST_F(Inspect, DoesNotSearchFoldersThatAreNoStores) {
  fs::create_directory_symlink(root_, root_ / "again");
  fs::create_directory(root_ / "elsewhere");
  std::ofstream(root_ / "elsewhere" / "zarr.json") << "nothing of ours";
  const Said said = inspect({root_.string()});
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.errors, root_.string() + ": there is no Zarr store; give the folder that holds zarr.json or .zgroup\n");
}

TEST_F(Inspect, SaysWhatIsWrongWithItsArguments) {
  EXPECT_EQ(inspect({}).code, 2);
  EXPECT_EQ(inspect({root_.string(), "--jsn"}).code, 2);
  EXPECT_EQ(inspect({"-h"}).code, 0);
  EXPECT_EQ(inspect({"-h"}).out, inspect({"--help"}).out);
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
