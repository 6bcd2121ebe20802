#include "pipeline/run/rivals.h"

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/error.h"
#include "support/fake_job.h"

#include <gtest/gtest.h>

#include <utility>

namespace terroir {
namespace {

using namespace terroir::testing;

struct Job {
  explicit Job(const std::vector<Destination>& destinations, const std::string& attempt) : rivals(destinations, attempt), name(attempt) {
    rivals.begin();
  }
  void join(Store& store) {
    store.put("__terroir/plan-" + name + ".json", {});
    rivals.join();
  }
  bool ends() {
    try {
      rivals.look();
      return false;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::system);
      EXPECT_STREQ(error.what(),
                   "another job has begun to write out meanwhile, so this one ends; let one job at a time write an output, and run the "
                   "command again when it has ended");
      return true;
    }
  }
  RivalWatch rivals;
  std::string name;
};

TEST(RivalWatch, EndsTheOneThatBeganFirstWhateverItsClockSays) {
  for (const auto& [first, second] : {std::pair("3", "5"), std::pair("5", "3")}) {
    MemoryStore store("out");
    FakeSink sink(store, {1, 1});
    const std::vector<Destination> destinations = {{&store, &sink}};
    store.put("__terroir/plan-9.json", {});  // of an earlier run whose clock was ahead
    Job earlier(destinations, first);
    earlier.join(store);
    EXPECT_FALSE(earlier.ends());
    Job later(destinations, second);
    later.join(store);
    EXPECT_TRUE(earlier.ends());
    EXPECT_FALSE(later.ends());
  }
}

TEST(RivalWatch, LetsNoTwoGoOnThatBeginAtOnce) {
  for (const bool lower_first : {false, true}) {
    MemoryStore store("out");
    FakeSink sink(store, {1, 1});
    const std::vector<Destination> destinations = {{&store, &sink}};
    Job lower(destinations, "1"), higher(destinations, "2");
    lower_first ? lower.join(store) : higher.join(store);
    lower_first ? higher.join(store) : lower.join(store);
    EXPECT_TRUE(lower.ends());
    EXPECT_EQ(higher.ends(), !lower_first);  // it cannot tell that the other began before it had joined
  }
}

}  // namespace
}  // namespace terroir
