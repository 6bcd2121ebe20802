#include "tiling/time_axis.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

constexpr std::int64_t day = 86400;

TEST(TimeAxis, KnownMoments) {
  // Values of `date -u -d ... +%s` and of cftime.date2num(..., 'days since 1970-01-01', calendar).
  EXPECT_EQ(to_seconds({2024, 6, 1, 0, 0, 0}, Calendar::standard), 1717200000);
  EXPECT_EQ(to_seconds({1969, 12, 31, 23, 59, 59}, Calendar::standard), -1);
  EXPECT_EQ(to_seconds({2000, 3, 1, 0, 0, 0}, Calendar::noleap), (30 * 365 + 59) * day);
  EXPECT_EQ(to_seconds({2000, 3, 1, 0, 0, 0}, Calendar::all_leap), (30 * 366 + 60) * day);
  EXPECT_EQ(to_seconds({2000, 2, 30, 0, 0, 0}, Calendar::day360), (30 * 360 + 59) * day);
}

TEST(TimeAxis, TheStandardCalendarSkipsTenDaysIn1582) {
  EXPECT_EQ(to_seconds({1582, 10, 15, 0, 0, 0}, Calendar::standard) - to_seconds({1582, 10, 4, 0, 0, 0}, Calendar::standard), day);
  EXPECT_EQ(to_seconds({1582, 10, 15, 0, 0, 0}, Calendar::proleptic_gregorian) -
                to_seconds({1582, 10, 4, 0, 0, 0}, Calendar::proleptic_gregorian),
            11 * day);
  EXPECT_FALSE(valid({1582, 10, 10, 0, 0, 0}, Calendar::standard));
  EXPECT_TRUE(valid({1582, 10, 10, 0, 0, 0}, Calendar::proleptic_gregorian));
}

TEST(TimeAxis, CalendarsKnowTheirDays) {
  EXPECT_TRUE(valid({2024, 2, 29, 0, 0, 0}, Calendar::standard));
  EXPECT_FALSE(valid({2024, 2, 29, 0, 0, 0}, Calendar::noleap));
  EXPECT_TRUE(valid({2023, 2, 29, 0, 0, 0}, Calendar::all_leap));
  EXPECT_FALSE(valid({1900, 2, 29, 0, 0, 0}, Calendar::standard));
  EXPECT_TRUE(valid({1900, 2, 29, 0, 0, 0}, Calendar::julian));
  EXPECT_TRUE(valid({2023, 2, 30, 0, 0, 0}, Calendar::day360));
  EXPECT_FALSE(valid({2023, 1, 31, 0, 0, 0}, Calendar::day360));
  EXPECT_FALSE(valid({2023, 13, 1, 0, 0, 0}, Calendar::standard));
}

class EveryCalendar : public testing::TestWithParam<Calendar> {};

TEST_P(EveryCalendar, DatesSurviveTheRoundTrip) {
  for (std::int64_t seconds = -500LL * 366 * day; seconds < 200LL * 366 * day; seconds += 12345 * 7 + day * 3)
    EXPECT_EQ(to_seconds(from_seconds(seconds, GetParam()), GetParam()), seconds) << to_text(from_seconds(seconds, GetParam()));
}

TEST_P(EveryCalendar, DaysFollowEachOther) {
  DateTime before = from_seconds(to_seconds({1582, 9, 1, 0, 0, 0}, GetParam()) - day, GetParam());
  for (int i = 0; i < 800; ++i) {
    const DateTime now = from_seconds(to_seconds({1582, 9, 1, 0, 0, 0}, GetParam()) + i * day, GetParam());
    EXPECT_TRUE(valid(now, GetParam())) << to_text(now);
    EXPECT_LT(before, now);
    before = now;
  }
}

INSTANTIATE_TEST_SUITE_P(TimeAxis, EveryCalendar,
                         testing::Values(Calendar::standard, Calendar::proleptic_gregorian, Calendar::julian, Calendar::noleap,
                                         Calendar::all_leap, Calendar::day360));

TEST(TimeAxis, Text) {
  EXPECT_EQ(to_text({2024, 6, 1, 0, 0, 0}), "2024-06-01");
  EXPECT_EQ(to_text({2024, 6, 1, 12, 5, 0}), "2024-06-01T12:05:00");
}

}  // namespace
}  // namespace terroir
