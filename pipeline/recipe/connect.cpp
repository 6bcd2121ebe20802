#include "pipeline/recipe/encoding.h"
#include "pipeline/recipe/sections.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace terroir {
namespace {

class Connector {
 public:
  Connector(Recipe& recipe, Report& report) : recipe_(recipe), report_(report) {}

  void connect() {
    collect_names();
    check_grid();
    for (const auto& step : recipe_.steps)
      for (const auto& [port, references] : step.inputs)
        for (const auto& reference : references) use(reference, "steps." + step.name + "." + port);
    const std::set<std::string> used_by_steps = used_;
    auto sorted = sorted_steps();
    for (auto& output : recipe_.outputs) {
      const std::size_t before = report_.errors();
      for (const auto& [name, reference] : output.layers) use(reference, "outputs." + output.name + ".layers");
      output.layers_known = output.layers_known && report_.errors() == before;
      const bool implied = output.layers.empty();
      if (implied && output.layers_known) take_last_steps(output, used_by_steps);
      // Which steps nothing uses is not known where one has a mistake.
      output.layers_known = output.layers_known && !(implied && report_.errors() > 0);
      if (output.layers_known) check_encodings(output, report_);
    }
    recipe_.steps = std::move(sorted);
    // What a misspelt name should have used is not unused.
    if (report_.errors() == 0) report_unused();
  }

 private:
  void collect_names() {
    for (const auto& input : recipe_.inputs) known_.push_back(input.name);
    inputs_ = {known_.begin(), known_.end()};
    for (auto& step : recipe_.steps) {
      known_.push_back(step.name);
      if (inputs_.count(step.name) == 0) continue;
      report_.error(step.at, "steps." + step.name, "an input has the same name", "give the step another name");
      step.kernel.reset();
    }
    names_ = {known_.begin(), known_.end()};
  }

  void check_grid() {
    GridSpec& grid = recipe_.grid;
    if (!grid.like) return;
    const std::size_t before = report_.errors();
    check_like(*grid.like);
    grid.whole = grid.whole && report_.errors() == before;
  }

  void check_like(const Reference& like) {
    const auto named = [&](const InputSpec& input) { return input.name == like.name; };
    const auto found = std::find_if(recipe_.inputs.begin(), recipe_.inputs.end(), named);
    if (found != recipe_.inputs.end()) {
      if (found->rasterize)
        report_.error(like.at, "grid.like", in_quotes(found->name) + " holds polygons, which have no grid",
                      "name another input, or give crs, resolution and bounds");
      used_.insert(like.name);
      return;
    }
    std::vector<std::string> inputs;
    for (const auto& input : recipe_.inputs) inputs.push_back(input.name);
    if (names_.count(like.name) > 0)
      return report_.error(like.at, "grid.like", in_quotes(like.name) + " is a step, and `like` takes the grid of an input",
                           inputs.empty() ? "name an input" : "use " + list_words(inputs));
    report_.error(like.at, "grid.like", "there is no input " + in_quotes(like.name),
                  did_you_mean(like.name, inputs, inputs.empty() ? "name an input" : "use " + list_words(inputs)));
  }

  void use(const Reference& reference, const std::string& where) {
    used_.insert(reference.name);
    if (names_.count(reference.name) > 0) return;
    const std::string all = known_.size() <= 20 && !known_.empty() ? "use " + list_words(known_) : "name an input or a step";
    report_.error(reference.at, where, "there is no input or step " + in_quotes(reference.name), did_you_mean(reference.name, known_, all));
  }

  void take_last_steps(OutputSpec& output, const std::set<std::string>& used_by_steps) {
    for (const auto& step : recipe_.steps)
      if (used_by_steps.count(step.name) == 0) {
        output.layers.emplace_back("", Reference{step.at, step.name, ""});
        used_.insert(step.name);
      }
    if (output.layers.empty() && report_.errors() == 0)
      report_.error(output.at, "outputs." + output.name, "there is nothing to write", "name steps or inputs in layers");
  }

  /// Steps that a step uses, in the order in which it names them.
  [[nodiscard]] std::vector<std::size_t> used_steps(const StepSpec& step) const {
    std::vector<std::size_t> found;
    for (const auto& [port, references] : step.inputs)
      for (const auto& reference : references) {
        const auto place = places_.find(reference.name);
        if (place != places_.end()) found.push_back(place->second);
      }
    return found;
  }

  /// Depth-first, with a stack of its own: recipes may be long.
  std::vector<StepSpec> sorted_steps() {
    for (std::size_t i = 0; i < recipe_.steps.size(); ++i)
      if (inputs_.count(recipe_.steps[i].name) == 0) places_.emplace(recipe_.steps[i].name, i);
    std::vector<StepSpec> sorted;
    std::vector<State> states(recipe_.steps.size(), State::unseen);
    for (std::size_t i = 0; i < recipe_.steps.size(); ++i)
      if (states[i] == State::unseen) visit(i, states, sorted);
    return sorted;
  }

  enum class State { unseen, open, done };
  struct Visit {
    std::size_t step;
    std::vector<std::size_t> uses;
    std::size_t next = 0;
  };

  void visit(std::size_t first, std::vector<State>& states, std::vector<StepSpec>& sorted) {
    std::vector<Visit> path;
    const auto enter = [&](std::size_t step) {
      states[step] = State::open;
      path.push_back({step, used_steps(recipe_.steps[step])});
    };
    enter(first);
    while (!path.empty()) {
      Visit& now = path.back();
      if (now.next == now.uses.size()) {
        states[now.step] = State::done;
        sorted.push_back(recipe_.steps[now.step]);
        path.pop_back();
        continue;
      }
      const std::size_t used = now.uses[now.next++];
      if (states[used] == State::unseen)
        enter(used);
      else if (states[used] == State::open)
        report_circle(path, used);
    }
  }

  void report_circle(const std::vector<Visit>& path, std::size_t from) {
    const auto begin = std::find_if(path.begin(), path.end(), [&](const Visit& v) { return v.step == from; });
    const StepSpec& step = recipe_.steps[from];
    // It may be none if one of its steps means something else.
    if (!std::all_of(begin, path.end(), [&](const Visit& v) { return report_.is_clear("steps." + recipe_.steps[v.step].name); })) return;
    if (path.end() - begin == 1) {
      report_.error(step.at, "steps." + step.name, "the step uses itself", "name what it works on");
      return;
    }
    std::string circle;
    for (auto v = begin; v != path.end(); ++v) circle += recipe_.steps[v->step].name + " uses ";
    report_.error(step.at, "steps." + step.name, "steps form a circle: " + circle + step.name, "break it: a step works on earlier ones");
  }

  void report_unused() {
    for (const auto& input : recipe_.inputs)
      if (used_.count(input.name) == 0) report_.warn(input.at, "inputs." + input.name, "the input is not used", "remove it");
    for (const auto& step : recipe_.steps)
      if (used_.count(step.name) == 0)
        report_.warn(step.at, "steps." + step.name, "the step is neither used nor written",
                     "name it in the layers of an output, or remove it");
  }

  Recipe& recipe_;
  Report& report_;
  std::vector<std::string> known_;
  std::set<std::string> inputs_, names_, used_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

void connect(Recipe& recipe, Report& report) { Connector(recipe, report).connect(); }

}  // namespace terroir
