#include "pipeline/run/rivals.h"

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/error.h"
#include "support/fake_job.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

using namespace terroir::testing;

TEST(RivalWatch, EndsOnlyTheEarlierOfTwoThatBeginAtOnce) {
  MemoryStore store("out");
  FakeSink sink(store, {1, 1});
  const std::vector<Destination> destinations = {{&store, &sink}};
  store.put("__terroir/plan-9.json", {});  // of a clock that was ahead
  RivalWatch earlier(destinations, "1"), later(destinations, "2");
  earlier.begin();
  later.begin();
  store.put("__terroir/plan-1.json", {});
  store.put("__terroir/plan-2.json", {});
  EXPECT_NO_THROW(later.look());
  try {
    earlier.look();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::system);
    EXPECT_STREQ(error.what(),
                 "another job has begun to write out meanwhile, so this one ends; let one job at a time write an output, and run the "
                 "command again when it has ended");
  }
}

}  // namespace
}  // namespace terroir
