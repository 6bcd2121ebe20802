#include "pipeline/run/destination.h"

#include "pipeline/error.h"
#include "pipeline/run/marker.h"
#include "support/fake_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace terroir::testing;

/// A folder with the run of a plan in it, finished or with tile 4 failing.
struct Before {
  explicit Before(bool finished, std::size_t outputs = 1) : world(fake_plan({3, 3}, outputs)) {
    if (!finished)
      world.on_tile = [](int, std::size_t, Index tile) {
        if (tile == 4) throw Error(Fault::data, "broken");
      };
    JobOptions options;
    options.prepare.attempt = "1";
    code = run_fake(world, {.options = options}).codes[0];
  }
  Preparation prepare(const Plan& plan, bool overwrite = false, bool verify = false) {
    return prepare_outputs(plan, world.destinations(), {"2", overwrite, verify});
  }
  FakeWorld world;
  int code = 0;
};

Plan other_plan() {
  Plan plan = fake_plan({3, 3}, 1, "other");
  plan.canonical = Value::map({{"steps", {}, Value::map({{"slope", {}, Value::scalar("x")}})}, {"grid", {}, Value::scalar("dem")}});
  return plan;
}

std::string refusal(Before& before, const Plan& plan, bool overwrite = false) {
  try {
    (void)before.prepare(plan, overwrite);
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::mistake);
    return e.what();
  }
  return "not refused";
}

void put(Store& store, const std::string& key, const std::string& text) { store.put(key, std::as_bytes(std::span(text))); }

TEST(Destination, BeginsAnEmptyFolder) {
  FakeWorld world(fake_plan({3, 3}, 2));
  const auto found = prepare_outputs(world.plan, world.destinations(), {"1", false, false});
  EXPECT_FALSE(found.nothing_to_do);
  EXPECT_THAT(found.tiles, IsEmpty());
  EXPECT_THAT(found.published, ElementsAre(false, false));
  EXPECT_THAT(world.stores[0]->list(""), ElementsAre("__terroir/plan-1.json"));
  EXPECT_THAT(world.stores[1]->list(""), ElementsAre("__terroir/plan-1.json"));
}

TEST(Destination, SaysInEachFolderWhereTheJournalStands) {
  Plan plan = fake_plan({1, 1}, 3);
  MemoryStore first("/data/run/features"), second("/data/run/cube"), third("elsewhere");
  FakeSink sink(first, {1, 1});
  (void)prepare_outputs(plan, {{&first, &sink}, {&second, &sink}, {&third, &sink}}, {"1", false, false});
  const auto marker = [](Store& store) {
    const auto bytes = store.get("__terroir/plan-1.json").value();
    return parse_marker({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).value();
  };
  EXPECT_EQ(marker(first).output, 0u);
  EXPECT_EQ(marker(first).journal, "");
  EXPECT_EQ(marker(second).output, 1u);
  EXPECT_EQ(marker(second).journal, "../features");
  EXPECT_EQ(marker(third).output, 2u);
  EXPECT_EQ(marker(third).journal, "/data/run/features");
}

TEST(Destination, NamesTheDoctorWhereNothingCanBeWritten) {
  FakeWorld world(fake_plan({3, 3}));
  world.stores[0]->before_close = [](const std::string&) { throw Error(Fault::system, "cannot finish writing m: No"); };
  try {
    (void)prepare_outputs(world.plan, world.destinations(), {"1", false, false});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::system);
    EXPECT_STREQ(error.what(), "cannot finish writing m: No; `terroir doctor out0` tells what can be done there");
  }
}

TEST(Destination, ResumesAnUnfinishedRunOfThePlan) {
  Before before(false);
  EXPECT_EQ(before.code, static_cast<int>(Fault::data));
  const auto found = before.prepare(before.world.plan);
  EXPECT_THAT(found.tiles, SizeIs(before.world.tiles_computed.load()));
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("of 9 tiles are done")));
  EXPECT_THAT(found.published, ElementsAre(false));
}

TEST(Destination, ComputesTilesAgainWhoseObjectsAreGone) {
  Before before(false);
  before.world.stores[0]->remove("v/c/0/0");
  EXPECT_THAT(before.prepare(before.world.plan).tiles, SizeIs(before.world.tiles_computed - 1));
}

TEST(Destination, ComputesTilesAgainWhoseObjectsAreCutShort) {
  Before before(false);
  put(*before.world.stores[0], "v/c/0/0", "til");  // of a run that computed the tile again and was killed
  EXPECT_THAT(before.prepare(before.world.plan).tiles, SizeIs(before.world.tiles_computed - 1));
}

TEST(Destination, MendsAResultWhoseObjectsAreGoneOrCutShort) {
  for (const bool gone : {false, true}) {
    Before before(true);
    Store& store = *before.world.stores[0];
    gone ? store.remove("v/c/1/1") : put(store, "v/c/1/1", "");
    put(store, ".zmetadata", "{}");
    const auto found = before.prepare(before.world.plan);
    EXPECT_FALSE(found.nothing_to_do);
    EXPECT_THAT(found.tiles, SizeIs(8));
    EXPECT_THAT(found.published, ElementsAre(false));
    EXPECT_THAT(found.notes, ElementsAre("objects of the result are gone or cut short: their tiles are computed again",
                                         "resumes: 8 of 9 tiles are done"));
    EXPECT_FALSE(store.get("zarr.json"));  // until it is whole again
    EXPECT_FALSE(store.get(".zmetadata"));
    EXPECT_FALSE(store.get("__terroir/published-1.json"));
  }
}

TEST(Destination, BelievesNoNoteWithoutTheJournal) {
  Before before(true);
  for (const auto& key : before.world.stores[0]->list("__terroir/journal-")) before.world.stores[0]->remove(key);
  const auto found = before.prepare(before.world.plan);
  EXPECT_FALSE(found.nothing_to_do);
  EXPECT_THAT(found.tiles, SizeIs(0));
  EXPECT_THAT(found.notes, ElementsAre("the journal does not tell of all objects of the result: the other tiles are computed again"));
}

TEST(Destination, WithdrawsOnlyTheOutputsThatAreWrittenAgain) {
  Before before(true, 2);
  before.world.stores[1]->remove("v/c/0/1");
  EXPECT_THAT(before.prepare(before.world.plan).published, ElementsAre(true, false));
  EXPECT_TRUE(before.world.stores[0]->get("zarr.json"));
  EXPECT_FALSE(before.world.stores[1]->get("zarr.json"));
}

TEST(Destination, TakesNoObjectForThatOfAnotherOutput) {
  Before before(true, 2);
  auto entries = read_journal(*before.world.stores[0], "hash");
  ASSERT_THAT(entries, SizeIs(18));
  for (const auto& key : before.world.stores[0]->list("__terroir/journal-")) before.world.stores[0]->remove(key);
  JournalWriter journal(*before.world.stores[0], {"hash", "1", 0});
  for (auto& entry : entries) {
    if (entry.pass == 1 && entry.result.tile == 4) entry.result.objects[0].output = 0;
    journal.add(entry.pass, entry.result);
  }
  journal.flush();
  EXPECT_THAT(before.prepare(before.world.plan, false, true).tiles, SizeIs(17));
}

TEST(Destination, HasNothingToDoWhenAllIsThere) {
  Before before(true);
  const auto found = before.prepare(before.world.plan);
  EXPECT_TRUE(found.nothing_to_do);
  EXPECT_EQ(before.world.stores[0]->get("__terroir/plan-2.json"), std::nullopt);
}

TEST(Destination, VerifiesObjectsWhenAsked) {
  Before before(true);
  auto found = before.prepare(before.world.plan, false, true);
  EXPECT_TRUE(found.nothing_to_do);
  EXPECT_THAT(found.notes, ElementsAre("10 objects verified, 0 damaged"));
  put(*before.world.stores[0], "v/c/1/1", "tile 5");  // tile 4's place: one bit has changed
  EXPECT_TRUE(before.prepare(before.world.plan).nothing_to_do);
  found = before.prepare(before.world.plan, false, true);
  EXPECT_FALSE(found.nothing_to_do);
  EXPECT_THAT(found.tiles, SizeIs(8));
  EXPECT_THAT(found.notes, ::testing::Contains("10 objects verified, 1 damaged: they are written again"));
  EXPECT_THAT(found.published, ElementsAre(false));
  EXPECT_FALSE(before.world.stores[0]->get("__terroir/published-1.json"));  // until it is mended
  EXPECT_FALSE(before.world.stores[0]->get("v/c/1/1"));                     // also where the next run reads no object
  EXPECT_THAT(before.prepare(before.world.plan).tiles, SizeIs(8));
}

TEST(Destination, WritesDocumentsAgainThatAreGoneOrCutShort) {
  for (const bool gone : {true, false}) {
    Before before(true, 2);
    Store& store = *before.world.stores[0];
    gone ? store.remove("v/zarr.json") : put(store, "v/zarr.json", "{");
    const auto found = before.prepare(before.world.plan);
    EXPECT_FALSE(found.nothing_to_do);
    EXPECT_THAT(found.tiles, SizeIs(18));
    EXPECT_THAT(found.published, ElementsAre(false, true));
    EXPECT_THAT(found.notes, ElementsAre("documents of the result differ from what was written: they are written again",
                                         "resumes: 18 of 18 tiles are done"));
    EXPECT_FALSE(store.get("zarr.json"));  // until the others are whole again
  }
}

TEST(Destination, RefusesAnotherPlanAndSaysWhatDiffers) {
  Before unfinished(false);
  EXPECT_EQ(refusal(unfinished, other_plan()),
            "out0 holds an unfinished run of another plan (different: grid, steps); finish it with its own recipe and inputs, choose "
            "another --output, or replace it with --overwrite");
  Before finished(true);
  EXPECT_EQ(refusal(finished, other_plan()),
            "out0 holds the result of another plan (different: grid, steps); choose another --output, or replace it with --overwrite");
  EXPECT_TRUE(finished.prepare(finished.world.plan).nothing_to_do);  // untouched
}

TEST(Destination, RefusesForeignFilesAlways) {
  Before finished(true);
  put(*finished.world.stores[0], "notes.txt", "mine");
  for (const bool overwrite : {false, true}) {
    EXPECT_THAT(refusal(finished, finished.world.plan, overwrite), HasSubstr("holds 'notes.txt', which no run of terroir has written"));
    EXPECT_THAT(refusal(finished, other_plan(), overwrite), HasSubstr("holds 'notes.txt'"));
  }
  EXPECT_TRUE(finished.world.stores[0]->get("zarr.json"));
  for (const std::string key : {"v/notes.txt", "v/c/0/notes", "v/d/0"}) {
    Before below(true);
    put(*below.world.stores[0], key, "mine");
    EXPECT_THAT(refusal(below, other_plan(), true), HasSubstr("holds '" + key + "', which no run of terroir has written"));
  }
  FakeWorld world(fake_plan({3, 3}));
  put(*world.stores[0], "zarr.json", "somebody's data");
  EXPECT_THROW((void)prepare_outputs(world.plan, world.destinations(), {"1", true, false}), Error);
}

TEST(Destination, RefusesAnOutputInsideAnother) {
  const Plan plan = fake_plan({3, 3}, 2);
  MemoryStore outer("out"), inner("out/inner"), beside("outer");
  FakeSink sink(outer, {3, 3});
  EXPECT_THROW((void)prepare_outputs(plan, {{&outer, &sink}, {&inner, &sink}}, {"1", false, false}), Error);
  EXPECT_NO_THROW((void)prepare_outputs(plan, {{&outer, &sink}, {&beside, &sink}}, {"1", false, false}));
}

TEST(Destination, StartsOverWhenTold) {
  for (const bool finished : {false, true}) {
    Before before(finished);
    const auto found = before.prepare(other_plan(), true);
    EXPECT_FALSE(found.nothing_to_do);
    EXPECT_THAT(found.tiles, IsEmpty());
    EXPECT_THAT(before.world.stores[0]->list(""), ElementsAre("__terroir/plan-2.json"));
    EXPECT_THAT(before.prepare(other_plan(), false).tiles, IsEmpty());
  }
}

TEST(Destination, KeepsWhatIsThereWhereAnotherOutputCannotBeWritten) {
  Before before(true, 2);
  const auto content = before.world.stores[0]->list("");
  before.world.stores[1]->before_close = [](const std::string&) { throw Error(Fault::system, "no"); };
  Plan plan = other_plan();
  plan.outputs.resize(2);
  EXPECT_THROW((void)before.prepare(plan, true), Error);
  EXPECT_EQ(before.world.stores[0]->list(""), content);
  EXPECT_TRUE(before.prepare(before.world.plan).nothing_to_do);
}

TEST(Destination, GoesOnRemovingWhereThatWasInterrupted) {
  Before before(true);
  Store& store = *before.world.stores[0];
  const auto old_marker = store.get("__terroir/plan-1.json"), old_object = store.get("v/c/2/2");
  (void)before.prepare(other_plan(), true);
  store.put("__terroir/plan-1.json", *old_marker);
  store.put("v/c/2/2", *old_object);
  const auto found = before.prepare(other_plan());
  EXPECT_THAT(found.tiles, IsEmpty());
  EXPECT_THAT(found.notes, ElementsAre("goes on with an --overwrite that was interrupted"));
  EXPECT_THAT(store.list(""), ElementsAre("__terroir/plan-2.json"));
}

TEST(Destination, RemovesTheRootDocumentFirst) {
  Before before(true);
  class Recording : public MemoryStore {
   public:
    void remove(const std::string& key) override {
      removed.push_back(key);
      MemoryStore::remove(key);
    }
    std::vector<std::string> removed;
  } store;
  for (const auto& key : before.world.stores[0]->list("")) store.put(key, *before.world.stores[0]->get(key));
  FakeSink sink(store, {3, 3});
  (void)prepare_outputs(other_plan(), {{&store, &sink}}, {"2", true, false});
  EXPECT_EQ(store.removed.front(), "zarr.json");
  EXPECT_EQ(store.removed.back(), "__terroir/plan-1.json");
}

TEST(Destination, TakesATornMarkerForNothing) {
  FakeWorld world(fake_plan({3, 3}));
  put(*world.stores[0], "__terroir/plan-1.json", R"({"terroir": "0.1.0", "att)");
  EXPECT_THAT(prepare_outputs(world.plan, world.destinations(), {"2", false, false}).tiles, IsEmpty());
}

TEST(Destination, TakesATornRootDocumentForNoResult) {
  Before before(true);
  put(*before.world.stores[0], "zarr.json", "{");  // a killed writer's: it noted no publication
  before.world.stores[0]->remove("__terroir/published-1.json");
  const auto found = before.prepare(before.world.plan);
  EXPECT_FALSE(found.nothing_to_do);
  EXPECT_THAT(found.tiles, SizeIs(9));
  EXPECT_THAT(found.published, ElementsAre(false));
}

TEST(Destination, KeepsWhatIsPublishedWhenAnotherOutputIsNot) {
  Before before(true, 2);
  before.world.stores[1]->remove("zarr.json");
  const auto found = before.prepare(before.world.plan);
  EXPECT_FALSE(found.nothing_to_do);
  EXPECT_THAT(found.published, ElementsAre(true, false));
  EXPECT_THAT(found.tiles, SizeIs(18));
}

TEST(Marker, TellsWhichInputsChanged) {
  Plan before = fake_plan({1, 1}), now = before;
  const auto file = [](const std::string& name, std::uint64_t size) {
    PlannedFile out;
    out.name = name;
    out.fingerprint.size = size;
    return out;
  };
  before.files = {file("a.tif", 1), file("b.tif", 2), file("c.tif", 3)};
  now.files = {file("a.tif", 1), file("b.tif", 5), file("d.tif", 3)};
  MemoryStore store;
  FakeSink sink(store, {1, 1});
  const auto marker = parse_marker(to_text(marker_of(before, sink, "1")));
  ASSERT_TRUE(marker);
  EXPECT_EQ(difference(*marker, marker_of(now, sink, "2")), "input b.tif has changed, input d.tif is new, input c.tif is gone");
}

}  // namespace
}  // namespace terroir
