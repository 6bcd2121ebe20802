#include "pipeline/cf/time_units.h"

#include "pipeline/error.h"

#include <gtest/gtest.h>

#include <array>

namespace terroir {
namespace {

std::string date(double value, const std::string& units, Calendar calendar = Calendar::standard) {
  return to_text(from_seconds(to_seconds({&value, 1}, parse_time_units(units, calendar))[0], calendar));
}

std::string complaint(const std::string& units, Calendar calendar = Calendar::standard) {
  try {
    (void)parse_time_units(units, calendar);
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::mistake);
    return error.what();
  }
  return "";
}

TEST(CfCalendar, NamesAndAliases) {
  EXPECT_EQ(calendar_of(""), Calendar::standard);
  EXPECT_EQ(calendar_of("Gregorian"), Calendar::standard);
  EXPECT_EQ(calendar_of("noleap"), Calendar::noleap);
  EXPECT_EQ(calendar_of("365_day"), Calendar::noleap);
  EXPECT_EQ(calendar_of("366_day"), Calendar::all_leap);
  EXPECT_EQ(calendar_of("all_leap"), Calendar::all_leap);
  EXPECT_EQ(calendar_of("360_day"), Calendar::day360);
  EXPECT_EQ(calendar_of("julian"), Calendar::julian);
  EXPECT_EQ(calendar_of("mayan"), std::nullopt);
}

TEST(CfTime, UnitsOfAllLengths) {
  EXPECT_EQ(date(1.5, "days since 2000-02-28"), "2000-02-29T12:00:00");
  EXPECT_EQ(date(36, "hours since 2000-2-28 0:0:0.0"), "2000-02-29T12:00:00");
  EXPECT_EQ(date(90, "min since 2000-01-01T00:00"), "2000-01-01T01:30:00");
  EXPECT_EQ(date(1.6, "seconds since 2000-01-01"), "2000-01-01T00:00:02");
  EXPECT_EQ(date(2, "weeks since 2000-01-01"), "2000-01-15");
  EXPECT_EQ(date(3e9, "nanoseconds since 2000-01-01"), "2000-01-01T00:00:03");
  EXPECT_EQ(date(2500, "milliseconds since 2000-01-01 00:00:00.5"), "2000-01-01T00:00:03");
}

TEST(CfTime, MonthsAndYearsByTheCalendar) {
  EXPECT_EQ(date(13, "months since 2000-01-30", Calendar::day360), "2001-02-30");
  EXPECT_EQ(date(2, "years since 2000-03-01", Calendar::noleap), "2002-03-01");
  EXPECT_EQ(date(2, "years since 2001-02-29", Calendar::all_leap), "2003-02-29");
  EXPECT_EQ(date(1, "years since 2001-01-01"), "2002-01-01");
  EXPECT_EQ(date(3, "years since 2000-02-28 12:00"), "2003-02-28T12:00:00");
  EXPECT_EQ(date(0, "months since 1999-12-15"), "1999-12-15");
  EXPECT_EQ(date(2, "months since 1999-12-15"), "2000-02-15");
  EXPECT_EQ(date(-14, "months since 2000-01-15"), "1998-11-15");
  EXPECT_EQ(date(25, "months since 2000-02-01", Calendar::noleap), "2002-03-01");
}

TEST(CfTime, MonthsWithoutALengthHaveNoHalves) {
  const auto complaint_of = [](double value, const std::string& units, Calendar calendar) -> std::string {
    try {
      return date(value, units, calendar);
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::mistake);
      return error.what();
    }
  };
  EXPECT_EQ(complaint_of(0.5, "months since 2000-01-01", Calendar::standard),
            "a month has no fixed length in the calendar standard, so 0.5 of them end at no date; count days in the time coordinate");
  EXPECT_EQ(complaint_of(1, "months since 2000-01-31", Calendar::noleap),
            "its times, counted in months, come to 2000-02-31, which the calendar 365_day has not; count days in the time coordinate");
  EXPECT_EQ(complaint_of(1, "years since 2000-02-29", Calendar::standard),
            "its times, counted in years, come to 2001-02-29, which the calendar standard has not; count days in the time coordinate");
  EXPECT_EQ(complaint_of(0.5, "months since 2000-01-01", Calendar::day360), "2000-01-16");
  EXPECT_EQ(complaint_of(0.2, "years since 2000-01-01", Calendar::noleap), "2000-03-15");
  EXPECT_NE(complaint_of(9.96920996838687e+36, "months since 2000-01-01", Calendar::standard).find("missing"), std::string::npos);
}

TEST(CfTime, CalendarsDiffer) {
  EXPECT_EQ(date(2, "days since 2000-02-28"), "2000-03-01");
  EXPECT_EQ(date(2, "days since 2000-02-28", Calendar::noleap), "2000-03-02");
  EXPECT_EQ(date(2, "days since 2000-02-29", Calendar::day360), "2000-03-01");
  EXPECT_EQ(date(1, "days since 1582-10-04"), "1582-10-15");
  EXPECT_EQ(date(1, "days since 1582-10-04", Calendar::proleptic_gregorian), "1582-10-05");
}

TEST(CfTime, TimeZonesOfTheReference) {
  EXPECT_EQ(date(0, "days since 2000-01-01 00:00:00 -6:00"), "2000-01-01T06:00:00");
  EXPECT_EQ(date(0, "days since 2000-01-01 00:00:00 +0530"), "1999-12-31T18:30:00");
  EXPECT_EQ(date(0, "days since 2000-01-01 00:00 +1"), "1999-12-31T23:00:00");
  EXPECT_EQ(date(0, "days since 2000-01-01T00:00:00Z"), "2000-01-01");
  EXPECT_EQ(date(0, "days since 2000-01-01 00:00:00 UTC"), "2000-01-01");
}

TEST(CfTime, WhatIsNoTime) {
  EXPECT_NE(complaint("days").find("counts from no date"), std::string::npos);
  EXPECT_NE(complaint("fortnights since 2000-01-01").find("'fortnights' is not known"), std::string::npos);
  EXPECT_NE(complaint("days since 2001-02-29").find("no date of the calendar standard"), std::string::npos);
  EXPECT_EQ(complaint("days since 2001-02-29", Calendar::all_leap), "");
  EXPECT_NE(complaint("days since tomorrow"), "");
  EXPECT_NE(complaint("days since 2000-01-01 12:00 Mars"), "");
  const std::array<double, 1> fill = {9.96920996838687e+36};
  EXPECT_THROW((void)to_seconds(fill, parse_time_units("days since 2000-01-01", Calendar::standard)), Error);
}

}  // namespace
}  // namespace terroir
