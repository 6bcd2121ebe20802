#include "kernels/define.h"
#include "kernels/layer_info.h"
#include "kernels/median_of_few.h"
#include "kernels/order_statistics.h"
#include "kernels/time_statistics.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace terroir::kernels {
namespace {

enum class Reducer { mean, sd, min, max, sum, count, median, quantiles };
const std::vector<std::string> reducer_names = {"mean", "sd", "min", "max", "sum", "count", "median", "quantiles"};

/// "q05", "q90", "q99_9": the probability in percent, at least two digits before the point.
std::string quantile_name(double probability) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, probability * 100, std::chars_format::fixed, 8).ptr;
  std::string percent(text, end);
  percent.erase(percent.find_last_not_of('0') + 1);
  if (percent.back() == '.') percent.pop_back();
  if (percent.find('.') == 1 || percent.size() == 1) percent.insert(0, "0");
  std::replace(percent.begin(), percent.end(), '.', '_');
  return "q" + percent;
}

/// One output layer.
struct Result {
  Reducer reducer;
  double probability;
  std::string name;
};

struct ReduceTime {
  std::vector<Reducer> reducer;
  std::vector<double> probabilities;
  std::int64_t min_valid = 1, ddof = 1;
  std::vector<Result> results;
  TimeStatistics statistics;

  static void describe(Describe<ReduceTime>& d) {
    d.summary("Statistics of each pixel over all times, missing values skipped")
        .formula("mean, standard deviation, smallest, largest, sum, number, median and quantiles of the valid values")
        .cite("openEO processes, reduce_dimension; Welford 1962 (sd); Hyndman and Fan 1996, type 7 (median and quantiles)")
        .scope(Scope::local)
        .input("data", "any", "layers with a time axis")
        .output("", "as data; count: 1", "one layer for each reducer, named after it when there are several");
    d.param("reducer", &ReduceTime::reducer, reducer_names, "one statistic or a list of them").must_be_given().such_as("median");
    d.param("probabilities", &ReduceTime::probabilities, "for quantiles: which ones; 0.05 makes a layer q05")
        .at_least(0)
        .at_most(1)
        .follows(distinct);
    d.param("min_valid", &ReduceTime::min_valid, "where fewer values are valid the result is nodata; count is never nodata").at_least(1);
    d.param("ddof", &ReduceTime::ddof, "degrees of freedom taken off the number of values in sd").at_least(0);
  }

  static std::optional<Complaint> distinct(const Value& value) {
    std::set<std::string> names;
    if (value.is_list())
      for (const Value& item : value.items())
        if (const std::string name = quantile_name(*item.number()); !names.insert(name).second)
          return Complaint{"two probabilities are called " + name, "give each one once"};
    return std::nullopt;
  }

  [[nodiscard]] bool has(Reducer r) const { return std::find(reducer.begin(), reducer.end(), r) != reducer.end(); }

  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> check() const {
    if (has(Reducer::quantiles) && probabilities.empty())
      return {{"probabilities", {"quantiles need probabilities", "give probabilities: [0.05, 0.95]"}}};
    if (!has(Reducer::quantiles) && !probabilities.empty())
      return {{"probabilities", {"probabilities are given but no quantiles asked for", "add quantiles to reducer"}}};
    return {};
  }

  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> misfits(Index times) const {
    const std::string so_many = times == 1 ? "there is only one time" : "there are only " + std::to_string(times) + " times";
    const bool counts_only = std::all_of(reducer.begin(), reducer.end(), [](Reducer r) { return r == Reducer::count; });
    std::vector<std::pair<std::string, Complaint>> found;
    if (min_valid > times && !counts_only)
      found.push_back({"min_valid", {so_many + ", so that no pixel would have a value", "give at most " + std::to_string(times)}});
    if (has(Reducer::sd) && ddof >= times)
      found.push_back({"ddof", {so_many + ", so that no pixel would have an sd", "give less than that, or leave out sd"}});
    return found;
  }

  void prepare() {
    for (const Reducer r : reducer) {
      if (r == Reducer::quantiles)
        for (const double p : probabilities) results.push_back({r, p, quantile_name(p)});
      else
        results.push_back({r, 0.5, reducer_names[static_cast<std::size_t>(r)]});
    }
    if (results.size() == 1) results[0].name.clear();
    statistics = {has(Reducer::mean) || has(Reducer::sum), has(Reducer::sd), has(Reducer::min) || has(Reducer::max)};
  }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const {
    std::vector<LayerInfo> out;
    for (const Result& result : results) out.push_back(info(result, in[0]));
    return out;
  }

  [[nodiscard]] static LayerInfo info(const Result& result, const LayerInfo& in) {
    LayerInfo out = in;
    out.name = result.name;
    out.categorical = false;
    const auto method = [&](const char* text) { out.cell_methods += (in.cell_methods.empty() ? "time: " : " time: ") + std::string(text); };
    switch (result.reducer) {
      case Reducer::mean: method("mean"); break;
      case Reducer::sd: method("standard_deviation"); break;
      case Reducer::min: method("minimum"); break;
      case Reducer::max: method("maximum"); break;
      case Reducer::sum: method("sum"); break;
      case Reducer::median: method("median"); break;
      case Reducer::quantiles: break;  // CF has no word for them
      case Reducer::count:
        out.unit = "1";
        out.standard_name = "number_of_observations";
        out.cell_methods.clear();
    }
    return out;
  }

  [[nodiscard]] bool ordered() const noexcept { return has(Reducer::median) || has(Reducer::quantiles); }
  [[nodiscard]] TimeUse time_use() const noexcept { return ordered() ? TimeUse::series : TimeUse::streaming; }
  [[nodiscard]] Index state_planes() const noexcept { return statistics.planes(); }
  [[nodiscard]] std::size_t scratch_bytes(Index times, Shape) const noexcept { return ordered() ? OrderStatistics::bytes(times) : 0; }

  void init(StateView state) const noexcept { statistics.clear(state.data, state.shape.area(), state.shape.area()); }

  void advance(std::span<const Block<const float>> in, StateView state) const noexcept {
    const auto& pixels = in[0];
    for (Index r = 0; r < pixels.rows(); ++r)
      for (Index c = 0; c < pixels.cols(); c += TimeStatistics::group)
        statistics.add(pixels.row(0, r) + c, pixels.time_stride(), pixels.times(), std::min(TimeStatistics::group, pixels.cols() - c),
                       state.data + r * pixels.cols() + c, state.shape.area());
  }

  void finish(StateView state, std::span<const Block<float>> out) const noexcept {
    for (Index r = 0; r < state.shape.rows; ++r)
      for (std::size_t k = 0; k < results.size(); ++k)
        write(results[k].reducer, state.data + r * state.shape.cols, state.shape.area(), state.shape.cols, out[k].row(0, r));
  }

  /// All times at once; what streaming would have computed comes out with the same bits, because it is added up in the same order.
  void run(const Args& args) const noexcept {
    const auto& in = args.in[0];
    for (Index r = 0; r < in.rows(); ++r) {
      for (Index c = 0; c < in.cols(); c += TimeStatistics::group) add_up(args, r, c, std::min(TimeStatistics::group, in.cols() - c));
      if (has(Reducer::median) && in.times() <= few_values) median_row(args, r);
      if (has(Reducer::quantiles) || (has(Reducer::median) && in.times() > few_values)) order_row(args, r);
    }
  }

 private:
  void median_row(const Args& args, Index r) const noexcept {
    const auto& in = args.in[0];
    for (std::size_t k = 0; k < results.size(); ++k)
      if (results[k].reducer == Reducer::median)
        median_of_few(in.row(0, r), in.time_stride(), in.times(), in.cols(), static_cast<double>(min_valid), args.out[k].row(0, r));
  }

  void order_row(const Args& args, Index r) const noexcept {
    const auto& in = args.in[0];
    OrderStatistics order(args.scratch, in.times());
    for (Index c = 0; c < in.cols(); c += OrderStatistics::group) {
      order.load(in.row(0, r) + c, in.time_stride(), std::min(OrderStatistics::group, in.cols() - c));
      for (std::size_t k = 0; k < results.size(); ++k) {
        const bool wanted = results[k].reducer == Reducer::quantiles || (results[k].reducer == Reducer::median && in.times() > few_values);
        if (wanted) order.quantile(results[k].probability, static_cast<double>(min_valid), args.out[k].row(0, r) + c);
      }
    }
  }

  void add_up(const Args& args, Index r, Index c, Index n) const noexcept {
    const bool nothing = std::all_of(reducer.begin(), reducer.end(), [](Reducer x) { return x >= Reducer::median; });
    if (nothing) return;
    double state[TimeStatistics::max_planes * TimeStatistics::group];
    const auto& in = args.in[0];
    statistics.clear(state, TimeStatistics::group, n);
    statistics.add(in.row(0, r) + c, in.time_stride(), in.times(), n, state, TimeStatistics::group);
    for (std::size_t k = 0; k < results.size(); ++k) write(results[k].reducer, state, TimeStatistics::group, n, args.out[k].row(0, r) + c);
  }

  void write(Reducer what, const double* state, Index stride, Index n, float* out) const noexcept {
    const auto enough = static_cast<double>(min_valid);
    switch (what) {
      case Reducer::mean: return statistics.mean(state, stride, n, enough, out);
      case Reducer::sd: return statistics.deviation(state, stride, n, enough, static_cast<double>(ddof), out);
      case Reducer::min: return statistics.smallest(state, stride, n, enough, out);
      case Reducer::max: return statistics.largest(state, stride, n, enough, out);
      case Reducer::sum: return statistics.sum(state, stride, n, enough, out);
      case Reducer::count: return statistics.count(state, n, out);
      case Reducer::median:
      case Reducer::quantiles: return;
    }
  }
};

}  // namespace

Process reduce_time() { return define<ReduceTime>(); }

}  // namespace terroir::kernels
