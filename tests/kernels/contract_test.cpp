#include "tests/kernels/contract.h"

#include <set>

#include "kernels/cpu_level.h"

/// What every process of the catalogue must keep, whatever it computes. A process that has no case here fails.
namespace terroir::test {
namespace {

Value list(const std::vector<std::string>& items) { return words(items); }

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"aspect", {}, 100, 900},
      {"aspect", {set("method", "zevenbergen_thorne"), set("edges", "extrapolate")}, 100, 900},
      {"hillshade", {}, 100, 900},
      {"hillshade", {set("method", "zevenbergen_thorne"), set("azimuth", "20")}, 100, 900},
      {"roughness", {}, 100, 900},
      {"slope", {}, 100, 900},
      {"slope", {set("method", "zevenbergen_thorne")}, 100, 900},
      {"slope", {set("unit", "percent"), set("edges", "extrapolate")}, 100, 900},
      {"tpi", {}, 100, 900},
      {"tri", {}, 100, 900},
      {"tri", {set("method", "wilson"), set("edges", "extrapolate")}, 100, 900},
      {"focal_statistics", {set("reducer", list({"mean", "sd", "min", "max", "sum", "range", "count"})), set("size", "9")}, 100, 900},
      {"focal_statistics", {set("reducer", list({"mean", "sd"})), set("size", "3"), set("min_valid", "9")}, 100, 900},
      {"focal_statistics", {set("reducer", list({"sum", "count"})), set("size", "1")}, 100, 900},
      {"focal_statistics", {set("reducer", list({"sd", "range"})), set("size", "11"), set("shape", "circle")}, 100, 900},
      {"clip", {set("min", "0.2"), set("max", "0.8")}},
      {"expression", {set("formula", "where(N > R, exp(N) - sin(R) ** 2, atan2(N, R) * log(N + 0.1))")}},
      {"linear_scale", {set("factor", "3"), set("offset", "-1")}},
      {"mask_values", {set("values", list({"0", "3", "8"}))}, 0, 10, true},
      {"min_max_scale", {}, 200, 300},
      {"standardize", {}, 200, 300},
      {"normalized_difference", {set("x", "N"), set("y", "R")}},
      {"spectral_index", {set("index", list({"NDVI", "EVI", "NDWI", "SAVI"}))}},
      {"reduce_time", {set("reducer", list({"mean", "sd", "min", "max", "sum", "count"}))}, 200, 300},
      {"reduce_time", {set("reducer", list({"median", "mean"}))}, 200, 300},
      {"reduce_time", {set("reducer", list({"quantiles", "median"})), set("probabilities", list({"0.1", "0.9"}))}, 200, 300},
      {"resample", {set("method", "nearest")}, 200, 300},
      {"resample", {set("method", "bilinear")}, 200, 300},
      {"resample", {set("method", "conservative"), set("normalize", "destarea")}, 200, 300},
      {"resample", {set("method", "conservative")}, 200, 300, false, true},
      {"resample", {set("method", "conservative"), set("normalize", "destarea"), set("min_valid", "0.7")}, 200, 300, false, true},
      {"resample", {set("method", "nearest")}, 200, 300, false, true},
      {"resample", {set("method", "bilinear")}, 200, 300, false, true},
  };
  return all;
}

/// The other methods of resample, within one CRS and across, and those that go by areas there.
std::vector<Case> more_resampling() {
  std::vector<Case> all;
  for (const char* method : {"cubic", "lanczos", "average", "mode", "min", "max", "median", "q1", "q3", "sum", "rms"})
    for (const bool warped : {false, true}) all.push_back({"resample", {set("method", method)}, 200, 300, false, warped});
  all.push_back({"resample", {set("method", "sum")}, 200, 300, false, true, true});
  for (const char* method : {"average", "sum", "rms"}) all.push_back({"resample", {set("method", method)}, 200, 300, false, false, true});
  return all;
}

constexpr Index times = 5;
constexpr Shape whole_shape = {37, 83};
constexpr Window whole_window = {0, 0, whole_shape.rows, whole_shape.cols};

/// A partition into blocks of every alignment, down to single pixels.
std::vector<Window> partition() {
  std::vector<Window> windows;
  const std::vector<Index> rows = {0, 1, 8, 25, whole_shape.rows}, cols = {0, 1, 17, 33, 34, 66, whole_shape.cols};
  for (std::size_t r = 0; r + 1 < rows.size(); ++r)
    for (std::size_t c = 0; c + 1 < cols.size(); ++c) windows.push_back({rows[r], cols[c], rows[r + 1] - rows[r], cols[c + 1] - cols[c]});
  return windows;
}

void expect_same(const std::vector<OwnedBlock>& part, const std::vector<OwnedBlock>& all, const Window& w) {
  for (std::size_t k = 0; k < part.size(); ++k)
    EXPECT_TRUE(same_bits(part[k].view(), all[k].view().inner(w.row, w.col, w.shape())))
        << "output " << k << " of the window at " << w.row << ", " << w.col;
}

class Contract : public ::testing::TestWithParam<Case> {};

TEST(ContractTable, HasACaseForEveryProcess) {
  std::set<std::string> tested;
  for (const Case& c : cases()) {
    tested.insert(c.process);
    EXPECT_NE(find_process(c.process), nullptr) << c.process;
  }
  for (const Process& p : catalog()) EXPECT_TRUE(tested.contains(p.info.name)) << p.info.name << " has no case";
}

TEST_P(Contract, BlocksAndCropsAreSlicesOfTheWhole) {
  const Trial trial(GetParam(), times, whole_shape);
  const auto all = trial.run(whole_window);
  for (const Window& w : partition()) expect_same(trial.run(w), all, w);
}

TEST_P(Contract, NothingDependsOnMemoryThatIsNotGiven) {
  const Trial trial(GetParam(), times, whole_shape);
  const auto all = trial.run(whole_window, nan);
  expect_same(trial.run(whole_window, 1e30f), all, whole_window);
  expect_same(trial.run(whole_window, 0), all, whole_window);
}

TEST_P(Contract, EveryCpuLevelGivesTheSameBits) {
  const Trial trial(GetParam(), times, whole_shape);
  const CpuLevel best = cpu_level();
  const auto all = trial.run(whole_window);
  const auto fitted = trial.fit(partition());
  for (const CpuLevel level : {CpuLevel::v2, CpuLevel::v3, CpuLevel::v4}) {
    if (level > best) continue;
    set_cpu_level(level);
    expect_same(trial.run(whole_window), all, whole_window);
    EXPECT_EQ(trial.fit(partition()), fitted);
  }
  set_cpu_level(best);
}

TEST_P(Contract, MissingPixelsStayMissing) {
  Trial trial(GetParam(), times, whole_shape);
  const auto all = trial.run(whole_window);
  if (trial.bound().support(Trial::scale)) return;  // pixels of another grid: resample's own tests
  const bool takes_all = find_process(GetParam().process)->info.take == Take::bands;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const bool counts = trial.outputs()[k].unit == "1" && trial.outputs()[k].standard_name == "number_of_observations";
    for (Index t = 0; t < trial.out_times(); ++t)
      for (Index r = 0; r < whole_shape.rows; ++r)
        for (Index c = 0; c < whole_shape.cols; ++c) {
          bool missing = true;
          for (std::size_t i = 0; i < (takes_all ? trial.inputs().size() : 1); ++i)
            for (Index s = 0; s < (trial.out_times() == 1 ? times : 1); ++s)
              missing = missing && std::isnan(trial.inputs()[i](trial.out_times() == 1 ? s : t, r, c));
          if (missing) {
            EXPECT_TRUE(counts ? all[k](t, r, c) == 0 : std::isnan(all[k](t, r, c))) << "output " << k << " at " << r << ", " << c;
          }
        }
  }
}

TEST_P(Contract, AnEmptyLayerStaysEmpty) {
  const Trial trial(GetParam(), times, whole_shape, 1.1f);
  const auto all = trial.run(whole_window);
  for (std::size_t k = 0; k < all.size(); ++k)
    for (const float v : pixels_of(all[k].view()))
      EXPECT_TRUE(std::isnan(v) || (v == 0 && trial.outputs()[k].standard_name == "number_of_observations"));
}

TEST_P(Contract, AStaticInputStandsForEqualTimes) {
  Trial trial(GetParam(), times, whole_shape);
  for (auto& input : trial.inputs()) {
    const Halo h = input.view().halo();
    for (Index t = 1; t < times; ++t)
      for (Index r = -h.rows; r < whole_shape.rows + h.rows; ++r)
        for (Index c = -h.cols; c < whole_shape.cols + h.cols; ++c) input(t, r, c) = input(0, r, c);
  }
  expect_same(trial.run(whole_window, nan, true), trial.run(whole_window), whole_window);
}

TEST_P(Contract, SlabsOfTimeGiveTheSameBits) {
  const Trial trial(GetParam(), times, whole_shape);
  const auto all = trial.run(whole_window);
  for (const std::vector<Index>& slabs : {std::vector<Index>{1, 1, 1, 1, 1}, {2, 3}, {4, 1}})
    expect_same(trial.run(whole_window, nan, false, slabs), all, whole_window);
}

TEST_P(Contract, StatesOfPartsMergeToThatOfTheWhole) {
  const Trial trial(GetParam(), times, whole_shape);
  const auto parts = trial.fit(partition());
  ASSERT_EQ(parts.size(), trial.fitted().size());
  for (std::size_t i = 0; i < parts.size(); ++i) EXPECT_NEAR(parts[i], trial.fitted()[i], 1e-9 * std::abs(trial.fitted()[i])) << i;
}

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  return std::string(info.param.process) + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Contract, ::testing::ValuesIn(cases()), test_name);
INSTANTIATE_TEST_SUITE_P(Resampling, Contract, ::testing::ValuesIn(more_resampling()), test_name);

}  // namespace
}  // namespace terroir::test
