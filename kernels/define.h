#pragma once

#include "kernels/kernel.h"
#include "kernels/settings.h"

#include <concepts>
#include <type_traits>

namespace terroir {

/// Collects the declaration of a process from K::describe: the only place where a parameter is named.
template <class K>
class Describe {
 public:
  explicit Describe(ProcessInfo& info) : info_(info) {}

  Describe& summary(std::string text) { return info_.summary = std::move(text), *this; }
  Describe& formula(std::string text) { return info_.formula = std::move(text), *this; }
  Describe& cite(std::string text) { return info_.citation = std::move(text), *this; }
  Describe& scope(Scope scope) { return info_.scope = scope, *this; }
  Describe& take(Take take) { return info_.take = take, *this; }
  Describe& input(std::string name, std::string unit, std::string text) {
    return info_.inputs.push_back({std::move(name), std::move(unit), std::move(text)}), *this;
  }
  Describe& output(std::string name, std::string unit, std::string text) {
    return info_.outputs.push_back({std::move(name), std::move(unit), std::move(text)}), *this;
  }

  /// A number, whole number, boolean, text, list of numbers or texts, or map (Value): the kind follows from the member's type.
  template <class M>
  Parameter& param(std::string name, M K::*member, std::string summary) {
    return add(std::move(name), std::move(summary), settings::kind_of<M>(), {}, [member](K& k) -> M& { return k.*member; });
  }
  /// A choice (an enum whose values count the choices from 0), or a list of them (one may be given without brackets).
  template <class M>
  Parameter& param(std::string name, M K::*member, std::vector<std::string> choices, std::string summary) {
    constexpr auto kind = std::is_enum_v<M> ? ParameterKind::choice : ParameterKind::choices;
    return add(std::move(name), std::move(summary), kind, std::move(choices), [member](K& k) -> M& { return k.*member; });
  }

 private:
  template <class Get>
  Parameter& add(std::string name, std::string summary, ParameterKind kind, std::vector<std::string> choices, Get get) {
    Parameter p;
    p.name = std::move(name);
    p.summary = std::move(summary);
    p.kind = kind;
    p.choices = choices;
    p.assign = [get, choices](void* kernel, const Value& value) { return settings::assign(get(*static_cast<K*>(kernel)), value, choices); };
    p.read = [get, choices](const void* kernel) {
      K copy = *static_cast<const K*>(kernel);
      return settings::read(get(copy), choices);
    };
    info_.parameters.push_back(std::move(p));
    return info_.parameters.back();
  }

  ProcessInfo& info_;
};

/// A kernel struct seen through the catalogue's interface. What K does not define keeps the default of BoundKernel.
template <class K>
class Bound final : public BoundKernel {
 public:
  explicit Bound(K kernel) : kernel_(std::move(kernel)) {}
  [[nodiscard]] const K& kernel() const noexcept { return kernel_; }

  [[nodiscard]] std::vector<std::string> bands() const override {
    if constexpr (requires(const K k) { k.bands(); })
      return kernel_.bands();
    else
      return {};
  }
  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo> in) const override { return kernel_.outputs(in); }
  [[nodiscard]] TimeUse time_use() const noexcept override {
    if constexpr (requires(const K k) { k.time_use(); })
      return kernel_.time_use();
    else
      return TimeUse::pointwise;
  }
  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> misfits(Index times) const override {
    if constexpr (requires(const K k) { k.misfits(times); })
      return kernel_.misfits(times);
    else
      return {};
  }
  [[nodiscard]] Halo halo() const noexcept override {
    if constexpr (requires(const K k) { k.halo(); })
      return kernel_.halo();
    else
      return {};
  }
  [[nodiscard]] Boundary boundary() const noexcept override {
    if constexpr (requires(const K k) {
                    { k.boundary } -> std::convertible_to<Boundary>;
                  })
      return kernel_.boundary;
    else
      return Boundary::nodata;
  }
  [[nodiscard]] std::size_t scratch_bytes(Index times, Shape block) const noexcept override {
    if constexpr (requires(const K k) { k.scratch_bytes(times, block); })
      return kernel_.scratch_bytes(times, block);
    else
      return 0;
  }
  [[nodiscard]] Sweep sweep() const noexcept override {
    if constexpr (requires(const K k) { k.sweep(); })
      return kernel_.sweep();
    else
      return nullptr;
  }
  [[nodiscard]] const void* sweep_part() const noexcept override {
    if constexpr (requires(const K k) { k.sweep_part(); })
      return kernel_.sweep_part();
    else
      return nullptr;
  }
  void run(const Args& args) const noexcept override {
    if constexpr (requires(const K k) { k.run(args); }) kernel_.run(args);
  }
  [[nodiscard]] Index state_planes() const noexcept override {
    if constexpr (requires(const K k) { k.state_planes(); })
      return kernel_.state_planes();
    else
      return 0;
  }
  void init(StateView state) const noexcept override {
    if constexpr (requires(const K k) { k.init(state); }) kernel_.init(state);
  }
  void advance(std::span<const Block<const float>> in, StateView state) const noexcept override {
    if constexpr (requires(const K k) { k.advance(in, state); }) kernel_.advance(in, state);
  }
  void finish(StateView state, std::span<const Block<float>> out) const noexcept override {
    if constexpr (requires(const K k) { k.finish(state, out); }) kernel_.finish(state, out);
  }
  [[nodiscard]] Index fit_size() const noexcept override {
    if constexpr (requires(const K k) { k.fit_size(); })
      return kernel_.fit_size();
    else
      return 0;
  }
  void observe(std::span<const Block<const float>> in, std::span<double> state) const noexcept override {
    if constexpr (requires(const K k) { k.observe(in, state); }) kernel_.observe(in, state);
  }
  void merge(std::span<double> into, std::span<const double> next) const noexcept override {
    if constexpr (requires(const K k) { k.merge(into, next); }) kernel_.merge(into, next);
  }
  [[nodiscard]] std::optional<double> support(double scale) const noexcept override {
    if constexpr (requires(const K k) { k.support(scale); })
      return kernel_.support(scale);
    else
      return std::nullopt;
  }
  [[nodiscard]] bool by_footprint() const noexcept override {
    if constexpr (requires(const K k) { k.by_footprint(); })
      return kernel_.by_footprint();
    else
      return false;
  }
  [[nodiscard]] Areas areas() const noexcept override {
    if constexpr (requires(const K k) { k.areas(); })
      return kernel_.areas();
    else
      return Areas::unused;
  }

 private:
  K kernel_;
};

/// Makes a process of a kernel struct. K declares itself in `static void describe(Describe<K>&)`; may check what one parameter
/// alone does not tell in `std::vector<std::pair<std::string, Complaint>> check() const` (parameter's name, what is wrong) and
/// prepare derived members in `void prepare()` after that. What one parameter alone tells is a rule that it `follows`, so that it is
/// told together with what is wrong with the others.
template <class K>
Process define() {
  Process process;
  Describe<K> describe(process.info);
  K::describe(describe);
  const K standard{};
  for (auto& p : process.info.parameters) p.standard = p.read(&standard);
  const auto parameters = process.info.parameters;
  process.bind = [parameters](const std::vector<Value::Entry>& given) {
    K kernel;
    Binding binding;
    binding.diagnostics = settings::assign_all(parameters, &kernel, given);
    if (!binding.diagnostics.empty()) return binding;
    if constexpr (requires(const K k) { k.check(); }) binding.diagnostics = settings::place(kernel.check(), given);
    if (!binding.diagnostics.empty()) return binding;
    binding.settings = settings::in_force(parameters, &kernel, given);
    if constexpr (requires(K k) { k.prepare(); }) kernel.prepare();
    binding.kernel = std::make_shared<const Bound<K>>(std::move(kernel));
    return binding;
  };
  return process;
}

}  // namespace terroir
