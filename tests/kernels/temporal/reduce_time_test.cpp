#include "kernels/cpu_level.h"
#include "tests/kernels/local/run_process.h"

#include <algorithm>
#include <random>

namespace terroir::test {
namespace {

const std::vector<std::string> streamed = {"mean", "sd", "min", "max", "sum", "count"};

OwnedBlock noise(Index times, Shape shape, unsigned seed, double missing, double mean = 0) {
  std::mt19937 random(seed);
  std::normal_distribution<double> value(mean, 10);
  std::uniform_real_distribution<double> chance(0, 1);
  OwnedBlock block(times, shape);
  for (Index t = 0; t < times; ++t)
    for (Index r = 0; r < shape.rows; ++r)
      for (Index c = 0; c < shape.cols; ++c) block(t, r, c) = chance(random) < missing ? nan : static_cast<float>(value(random));
  return block;
}

/// Streams a block in slabs of `slab` times.
std::vector<OwnedBlock> stream(const BoundKernel& kernel, const Block<const float>& in, Index slab) {
  const Index area = in.shape().area();
  std::vector<double> memory(static_cast<std::size_t>(kernel.state_planes() * area));
  const StateView state{memory.data(), in.shape()};
  kernel.init(state);
  for (Index t = 0; t < in.times(); t += slab) kernel.advance(std::vector{in.slab(t, std::min(slab, in.times() - t))}, state);
  std::vector<OwnedBlock> blocks;
  std::vector<Block<float>> out;
  for (std::size_t i = 0; i < kernel.outputs(std::vector<LayerInfo>(1)).size(); ++i)
    out.push_back(blocks.emplace_back(1, in.shape()).view());
  kernel.finish(state, out);
  return blocks;
}

std::vector<double> valid_values(const Block<const float>& block, Index r, Index c) {
  std::vector<double> values;
  for (Index t = 0; t < block.times(); ++t)
    if (!std::isnan(block(t, r, c))) values.push_back(static_cast<double>(block(t, r, c)));
  return values;
}

/// Type 7 of Hyndman and Fan on sorted values.
double quantile(std::vector<double> values, double probability) {
  std::sort(values.begin(), values.end());
  const double position = static_cast<double>(values.size() - 1) * probability;
  const auto low = static_cast<std::size_t>(position);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (position - static_cast<double>(low)) * (values[high] - values[low]);
}

TEST(ReduceTime, OpenEoVectors) {
  const auto sd = times_of({{-1, 2}, {1, 3}, {3, 3}, {nan, 4}, {nan, 4}, {nan, 5}});
  // sd of -1, 1, 3 is 2; variance of 2, 3, 3, 4, 4, 5 is 1.1.
  expect_pixels(run(*kernel("reduce_time", {set("reducer", "sd")}), {sd.view()})[0].view(), {2, std::sqrt(1.1F)}, 1e-7F);

  const auto in = times_of({{2}, {4}, {4}, {4}, {5}, {5}, {7}, {9}});
  const auto out = run(
      *kernel("reduce_time", {set("reducer", "quantiles"), set("probabilities", words({"0.005", "0.01", "0.02", "0.05", "0.1", "0.5"}))}),
      {in.view()});
  const std::vector<float> wanted = {2.07F, 2.14F, 2.28F, 2.7F, 3.4F, 4.5F};
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_FLOAT_EQ(out[i](0, 0, 0), wanted[i]);
}

TEST(ReduceTime, HandTable) {
  const auto in = times_of({{3, nan, nan}, {1, 4, nan}, {nan, nan, nan}, {8, nan, nan}});
  const auto out =
      run(*kernel("reduce_time", {set("reducer", words({"mean", "sd", "min", "max", "sum", "count", "median"}))}), {in.view()});
  expect_pixels(out[0].view(), {4, 4, nan});
  expect_pixels(out[1].view(), {std::sqrt(13.0F), nan, nan});  // (1 + 9 + 16) / 2
  expect_pixels(out[2].view(), {1, 4, nan});
  expect_pixels(out[3].view(), {8, 4, nan});
  expect_pixels(out[4].view(), {12, 4, nan});
  expect_pixels(out[5].view(), {3, 1, 0});
  expect_pixels(out[6].view(), {3, 4, nan});
}

TEST(ReduceTime, MinValidMakesNodataButNotOfCounts) {
  const auto in = times_of({{3, nan}, {1, 4}});
  const auto out = run(*kernel("reduce_time", {set("reducer", words({"mean", "count", "median"})), set("min_valid", "2")}), {in.view()});
  expect_pixels(out[0].view(), {2, nan});
  expect_pixels(out[1].view(), {2, 1});
  expect_pixels(out[2].view(), {2, nan});
}

TEST(ReduceTime, DdofZeroIsThePopulation) {
  const auto in = times_of({{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}});  // variance 60 / 9
  expect_pixels(run(*kernel("reduce_time", {set("reducer", "sd"), set("ddof", "0")}), {in.view()})[0].view(), {2.58198889F});
}

TEST(ReduceTime, EvenCountsTakeTheMeanOfTheMiddle) {
  const auto in = times_of({{80, 5}, {1, nan}, {70, 5}, {2, nan}, {60, nan}, {3, nan}, {5, nan}, {4, nan}});
  expect_pixels(run(*kernel("reduce_time", {set("reducer", "median")}), {in.view()})[0].view(), {4.5F, 5});
}

TEST(ReduceTime, InfinitiesAndZerosKeepTheirOrder) {
  const auto in = times_of({{infinity, infinity, 0.0F}, {-infinity, infinity, -0.0F}, {7, infinity, 0.0F}});
  expect_pixels(run(*kernel("reduce_time", {set("reducer", "median")}), {in.view()})[0].view(), {7, infinity, 0});
}

TEST(ReduceTime, AgreesWithALoopForManyLengths) {
  // Lengths on both sides of what is sorted, odd widths on both sides of a group.
  for (const Index times : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 64, 100, 128, 129, 137, 365}) {
    const auto in = noise(times, {2, 67}, static_cast<unsigned>(times), 0.3);
    const auto out = run(*kernel("reduce_time", {set("reducer", words({"median", "quantiles", "mean", "sd"})),
                                                 set("probabilities", words({"0", "0.05", "0.5", "0.9", "1"}))}),
                         {in.view()});
    for (Index r = 0; r < 2; ++r)
      for (Index c = 0; c < 67; ++c) {
        const auto values = valid_values(in.view(), r, c);
        if (values.empty()) {
          for (const auto& layer : out) EXPECT_TRUE(std::isnan(layer(0, r, c)));
          continue;
        }
        const double probabilities[] = {0.5, 0, 0.05, 0.5, 0.9, 1};
        for (std::size_t k = 0; k < 6; ++k)
          EXPECT_EQ(out[k](0, r, c), static_cast<float>(quantile(values, probabilities[k]))) << times << " times, " << probabilities[k];
        long double sum = 0, squares = 0;
        for (const double x : values) sum += x;
        for (const double x : values) squares += (x - sum / values.size()) * (x - sum / values.size());
        EXPECT_NEAR(out[6](0, r, c), static_cast<double>(sum / values.size()), 1e-5);
        if (values.size() > 1)
          EXPECT_NEAR(out[7](0, r, c), std::sqrt(static_cast<double>(squares / (values.size() - 1))), 1e-5);
        else
          EXPECT_TRUE(std::isnan(out[7](0, r, c)));
      }
  }
}

TEST(ReduceTime, LargeValuesKeepTheirDeviation) {
  // 101325 Pa with a spread of 1: -1, 0, 1 around it, sample sd 1.
  const auto in = times_of({{101324}, {101325}, {101326}});
  expect_pixels(run(*kernel("reduce_time", {set("reducer", "sd")}), {in.view()})[0].view(), {1});
}

TEST(ReduceTime, StreamingInAnySlabsAndSeriesGiveTheSameBits) {
  const auto in = noise(23, {3, 300}, 5, 0.2, 280);
  const auto streaming = kernel("reduce_time", {set("reducer", words(streamed))});
  auto with_median = streamed;
  with_median.push_back("median");
  const auto series = kernel("reduce_time", {set("reducer", words(with_median))});
  EXPECT_EQ(streaming->time_use(), TimeUse::streaming);
  EXPECT_EQ(series->time_use(), TimeUse::series);
  const auto wanted = run(*series, {in.view()});
  for (const Index slab : {1, 4, 23}) {
    const auto got = stream(*streaming, in.view(), slab);
    for (std::size_t k = 0; k < got.size(); ++k) {
      const auto a = pixels_of(got[k].view()), b = pixels_of(wanted[k].view());
      EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end(), same)) << streamed[k] << ", slabs of " << slab;
    }
  }
}

TEST(ReduceTime, AStatisticDoesNotDependOnWhatElseIsAskedFor) {
  const auto in = noise(23, {2, 70}, 6, 0.2, 280);
  const auto together = run(*kernel("reduce_time", {set("reducer", words(streamed))}), {in.view()});
  for (std::size_t k = 0; k < streamed.size(); ++k) {
    const auto alone = run(*kernel("reduce_time", {set("reducer", streamed[k])}), {in.view()});
    const auto a = pixels_of(alone[0].view()), b = pixels_of(together[k].view());
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end(), same)) << streamed[k];
  }
}

TEST(ReduceTime, IsTheSameOnEveryCpu) {
  const CpuLevel machine = cpu_level();
  for (const Index times : {12, 200}) {
    const auto in = noise(times, {2, 150}, 7, 0.3, 280);
    const auto process = kernel("reduce_time", {set("reducer", words({"mean", "sd", "min", "sum", "median", "quantiles"})),
                                                set("probabilities", words({"0.1", "0.9"}))});
    const auto wanted = run(*process, {in.view()});
    for (const CpuLevel level : {CpuLevel::v3, CpuLevel::v2}) {
      set_cpu_level(level);
      const auto got = run(*process, {in.view()});
      for (std::size_t k = 0; k < got.size(); ++k) {
        const auto a = pixels_of(got[k].view()), b = pixels_of(wanted[k].view());
        EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end(), same)) << "output " << k;
      }
    }
    set_cpu_level(machine);
  }
}

std::vector<std::string> names(const Settings& settings) {
  std::vector<std::string> result;
  for (const auto& info : kernel("reduce_time", settings)->outputs(std::vector<LayerInfo>(1))) result.push_back(info.name);
  return result;
}

TEST(ReduceTime, NamesLayersAfterReducersWhenThereAreSeveral) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({set("reducer", "median")}), Names{""});
  EXPECT_EQ(names({set("reducer", "quantiles"), set("probabilities", "0.9")}), Names{""});
  EXPECT_EQ(names({set("reducer", "quantiles"), set("probabilities", words({"0.05", "0.9", "0.999", "0", "1", "0.07"}))}),
            (Names{"q05", "q90", "q99_9", "q00", "q100", "q07"}));
  EXPECT_EQ(names({set("reducer", words({"median", "quantiles"})), set("probabilities", "0.025")}), (Names{"median", "q02_5"}));
}

TEST(ReduceTime, TellsUnitsAndCellMethods) {
  LayerInfo in;
  in.unit = "K";
  in.standard_name = "air_temperature";
  in.cell_methods = "time: maximum";
  const auto out = kernel("reduce_time", {set("reducer", words({"mean", "sd", "count"}))})->outputs(std::vector{in});
  EXPECT_EQ(out[0].unit, "K");
  EXPECT_EQ(out[0].standard_name, "air_temperature");
  EXPECT_EQ(out[0].cell_methods, "time: maximum time: mean");
  EXPECT_EQ(out[1].cell_methods, "time: maximum time: standard_deviation");
  EXPECT_EQ(out[2].unit, "1");
  EXPECT_EQ(out[2].standard_name, "number_of_observations");
}

TEST(ReduceTime, RefusesWhatDoesNotFitTogether) {
  EXPECT_EQ(complaint("reduce_time", {set("reducer", "quantiles")}),
            "probabilities: quantiles need probabilities; give probabilities: [0.05, 0.95]");
  EXPECT_EQ(complaint("reduce_time", {set("reducer", "mean"), set("probabilities", "0.5")}),
            "probabilities: probabilities are given but no quantiles asked for; add quantiles to reducer");
  EXPECT_EQ(complaint("reduce_time", {set("reducer", "quantiles"), set("probabilities", words({"0.5", "0.50"}))}),
            "probabilities: two probabilities are called q50; give each one once");
  EXPECT_EQ(complaint("reduce_time", {set("reducer", "quantiles"), set("probabilities", "1.5")}),
            "probabilities: 1.5 is too large; give at most 1");
  EXPECT_EQ(complaint("reduce_time", {set("reducer", "meen")}),
            "reducer: 'meen' is not a choice; did you mean 'mean'? Choices: mean, sd, min, max, sum, count, median or quantiles");
}

}  // namespace
}  // namespace terroir::test
