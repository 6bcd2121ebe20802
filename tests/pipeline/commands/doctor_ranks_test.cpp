#include "pipeline/commands/doctor_ranks.h"

#include "pipeline/adapters/memory/communicators.h"
#include "pipeline/adapters/memory/memory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Finding seen_by_all{"Machine", "memory", Verdict::ok, "1 GiB", ""};

/// Ranks 1 and 2 on hosts of their own, each with its store, visiting the desk.
class Visitors {
 public:
  explicit Visitors(MemoryHub& hub, std::vector<Store*> stores) {
    for (std::size_t i = 0; i < stores.size(); ++i)
      threads_.emplace_back([&hub, i, store = stores[i]] {
        const auto comm = hub.communicator(static_cast<int>(i) + 1);
        visit_desk(*comm, {seen_by_all}, store, 20);
      });
  }
  ~Visitors() {
    for (auto& thread : threads_) thread.join();
  }

 private:
  std::vector<std::thread> threads_;
};

TEST(DoctorRanks, GathersWhatAllHaveFound) {
  MemoryHub hub(3);
  const auto comm = hub.communicator(0);
  MemoryStore store("out");
  const Visitors visitors(hub, {&store, &store});
  DoctorDesk desk(*comm, 20);
  const auto all = desk.gather({seen_by_all});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2].rank, 2);
  EXPECT_EQ(all[2].host, "host2");
  EXPECT_THAT(all[2].findings, ElementsAre(seen_by_all));
  EXPECT_TRUE(desk.dismiss());
}

TEST(DoctorRanks, AsksOtherHostsWhatTheySee) {
  MemoryHub hub(3);
  const auto comm = hub.communicator(0);
  MemoryStore shared("out"), private_to_host2("out");
  const Visitors visitors(hub, {&shared, &private_to_host2});
  DoctorDesk desk(*comm, 20);
  (void)desk.gather({});
  const auto views = desk.compare_views(shared, "__terroir/doctor-x");
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].verdict, Verdict::note);
  EXPECT_EQ(views[0].value, "an object that host0 has written is not seen on host2 at once");
  EXPECT_THAT(shared.list(""), IsEmpty()) << "it is removed";
  EXPECT_TRUE(desk.dismiss());
}

TEST(DoctorRanks, ALoneRankHasNobodyToAsk) {
  SerialCommunicator alone("here");
  MemoryStore store("out");
  DoctorDesk desk(alone, 20);
  EXPECT_EQ(desk.gather({seen_by_all}).size(), 1u);
  EXPECT_THAT(desk.compare_views(store, "key"), IsEmpty());
  EXPECT_TRUE(desk.dismiss());
}

TEST(DoctorRanks, NamesARankThatSaysNothing) {
  MemoryHub hub(3);
  const auto comm = hub.communicator(0);
  MemoryStore store("out");
  const Visitors visitors(hub, {&store});  // rank 2 does not come
  DoctorDesk desk(*comm, 1);
  const auto all = desk.gather({seen_by_all});
  ASSERT_EQ(all.size(), 2u);
  ASSERT_EQ(all[0].findings.size(), 2u);
  EXPECT_EQ(all[0].findings[1].verdict, Verdict::fault);
  EXPECT_THAT(all[0].findings[1].value, HasSubstr("rank 2 on host2 has said nothing for 1 s"));
  EXPECT_FALSE(desk.dismiss());
}

}  // namespace
}  // namespace terroir
