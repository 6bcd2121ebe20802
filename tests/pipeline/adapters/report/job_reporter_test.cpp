#include "pipeline/adapters/report/job_reporter.h"

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Plan small_plan() {
  Plan plan;
  plan.name = "valley";
  plan.hash = "abc";
  plan.passes.resize(2);
  plan.passes[0].input_bytes = 1000;
  plan.memory = {{"all", 300 << 20}};
  OutputPlan output;
  output.name = "features";
  output.path = "out/features.zarr";
  plan.outputs = {output};
  return plan;
}

JobSummary small_summary() {
  JobSummary summary;
  summary.attempt = "20240601T000000.000";
  summary.progress.passes = 2;
  summary.progress.tiles_total = summary.progress.tiles_done = 16;
  summary.progress.tiles_restored = 6;
  summary.progress.seconds = 12.5;
  summary.progress.peak_memory = 200 << 20;
  summary.progress.work.tiles = 10;
  summary.progress.work.bytes_decoded = 1500;
  summary.progress.work.unfit = 7;
  summary.progress.work.alone = 5;
  summary.progress.work.skipped = {"dem.tif: rows 0 to 255"};
  Scheduler::RankFacts rank;
  rank.host = "node1";
  rank.peak_memory = 200 << 20;
  summary.ranks = {rank, rank};
  summary.ranks[1].host = "node2";
  return summary;
}

/// A reporter and what it has printed.
struct Report {
  explicit Report(bool terminal = false, bool quiet = false, bool json = false)
      : reporter(plan, {out, errors, quiet, json, terminal}, &store) {}
  JobProgress at(double seconds, Index done) {
    JobProgress p;
    p.passes = 2;
    p.tiles_total = 100;
    p.tiles_done = done;
    p.seconds = seconds;
    p.work.bytes_read = static_cast<std::uint64_t>(seconds * 50e6);
    return p;
  }
  Plan plan = small_plan();
  std::ostringstream out, errors;
  MemoryStore store;
  JobReporter reporter;
};

TEST(JobReporter, PrintsALineEveryFewSecondsIntoALog) {
  Report report;
  for (int i = 0; i <= 120; ++i) report.reporter.progress(report.at(0.1 * i, i / 2));
  EXPECT_EQ(report.errors.str(),
            "pass 1 of 2: 25 of 100 tiles (25 %), 50 MB/s, 15 s left\n"
            "pass 1 of 2: 50 of 100 tiles (50 %), 50 MB/s, 10 s left\n");
}

TEST(JobReporter, RedrawsItsLineOnATerminal) {
  Report report(true);
  for (int i = 0; i <= 10; ++i) report.reporter.progress(report.at(0.1 * i, i));
  report.reporter.note("resumes");
  const std::string text = report.errors.str();
  EXPECT_LE(std::count(text.begin(), text.end(), '\r'), 6);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, HasSubstr("\r\033[Kresumes\n"));
}

TEST(JobReporter, CutsItsLineToTheTerminal) {
  std::ostringstream out, errors;
  const Plan plan = small_plan();
  int columns = 20;
  JobReporter reporter(plan, {out, errors, false, false, true, [&] { return columns; }}, nullptr);
  JobProgress p;
  p.passes = 1;
  p.tiles_total = 100;
  reporter.progress(p);
  EXPECT_EQ(errors.str(), "pass 1 of 1: 0 of 1");
  errors.str("");
  columns = 200;  // it was made wider
  p.seconds = 1;
  reporter.progress(p);
  EXPECT_EQ(errors.str(), "\r\033[Kpass 1 of 1: 0 of 100 tiles (0 %), 0 MB/s");
}

TEST(JobReporter, TellsThatFilesAreWritten) {
  Report log, terminal(true);
  for (auto* report : {&log, &terminal}) {
    report->reporter.progress(report->at(4, 99));
    report->reporter.publishing({0, 300000000, 4.1});
    report->reporter.publishing({120000000, 300000000, 9.5});
    report->reporter.publishing({0, 0, 20});
  }
  EXPECT_EQ(log.errors.str(), "writing files: 120 of 300 MB (40 %)\nwriting coordinates and metadata\n");
  EXPECT_EQ(terminal.errors.str(),
            "pass 1 of 2: 99 of 100 tiles (99 %), 50 MB/s, 0 s left\r\033[K"
            "writing files: 120 of 300 MB (40 %)\r\033[Kwriting coordinates and metadata");
}

TEST(JobReporter, IsQuietButForFailures) {
  Report report(false, true);
  report.reporter.progress(report.at(10, 5));
  report.reporter.note("resumes");
  report.reporter.failed({4, "No space left"});
  auto summary = small_summary();
  summary.failure = {4, "No space left"};
  report.reporter.ended(summary);
  EXPECT_EQ(report.errors.str(), "terroir: No space left\n");
  EXPECT_EQ(report.out.str(), "");
  EXPECT_THAT(report.store.list(""), IsEmpty());
}

TEST(JobReporter, SumsUpForAPerson) {
  Report report;
  report.reporter.exclude("features", {"netCDF-C: no sharded Zarr"});
  report.reporter.ended(small_summary());
  for (const char* text : {"10 tiles", "6 of an earlier run", "1.50 times", "200 MiB of 300 MiB", "rank 1 on node2", "7 pixels did not fit",
                           "dem.tif: rows 0 to 255", "features: out/features.zarr", "not for netCDF-C"})
    EXPECT_THAT(report.out.str(), HasSubstr(text));
  EXPECT_THAT(report.store.list(""), ElementsAre("__terroir/summary-20240601T000000.000.json"));
}

TEST(JobReporter, SumsUpARunThatOnlyMadeFiles) {
  Report report;
  JobSummary summary;
  summary.progress.seconds = 2;
  summary.progress.tiles_restored = 16;
  summary.file_bytes = 3 << 20;
  report.reporter.ended(summary);
  EXPECT_THAT(report.out.str(),
              HasSubstr("Done in 2.00 s: 0 tiles (and 16 of an earlier run), 0 B read, 0 B written, made files of 3.0 MiB\n"));
}

TEST(JobReporter, SumsUpForAProgram) {
  Report report(false, false, true);
  report.reporter.ended(small_summary());
  const auto json = nlohmann::json::parse(report.out.str());
  EXPECT_EQ(json.at("recipe"), "valley");
  EXPECT_EQ(json.at("seconds"), 12.5);
  EXPECT_EQ(json.at("tiles").at("restored"), 6);
  EXPECT_EQ(json.at("read_amplification"), 1.5);
  EXPECT_EQ(json.at("memory").at("projected"), 300 << 20);
  EXPECT_EQ(json.at("memory").at("peak"), 200 << 20);
  EXPECT_EQ(json.at("ranks").size(), 2u);
  EXPECT_EQ(json.at("unfit_pixels"), 7);
  EXPECT_EQ(json.at("unshared_chunks"), 5);
  EXPECT_TRUE(json.at("failure").is_null());
}

TEST(JobReporter, TellsWhenTheSummaryCannotBeKept) {
  Report report;
  report.store.before_close = [](const std::string&) { throw Error(Fault::system, "No space left"); };
  report.reporter.ended(small_summary());
  EXPECT_THAT(report.errors.str(), HasSubstr("the summary was not kept: No space left"));
}

}  // namespace
}  // namespace terroir
