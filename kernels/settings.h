#pragma once

#include "kernels/kernel.h"

#include <concepts>
#include <cstdint>
#include <type_traits>

/// Text of a recipe to members of a kernel, and back.
namespace terroir::settings {

template <class M>
constexpr ParameterKind kind_of() {
  if constexpr (std::same_as<M, bool>)
    return ParameterKind::boolean;
  else if constexpr (std::integral<M>)
    return ParameterKind::integer;
  else if constexpr (std::floating_point<M>)
    return ParameterKind::number;
  else if constexpr (std::same_as<M, std::string>)
    return ParameterKind::text;
  else if constexpr (std::same_as<M, std::vector<double>>)
    return ParameterKind::numbers;
  else if constexpr (std::same_as<M, std::vector<std::string>>)
    return ParameterKind::texts;
  else {
    static_assert(std::same_as<M, Value>, "a parameter is a number, text, a list of them, an enum or a Value");
    return ParameterKind::map;
  }
}

using Result = std::optional<Complaint>;

Result assign(bool&, const Value&, const std::vector<std::string>&);
Result assign(std::int64_t&, const Value&, const std::vector<std::string>&);
Result assign(double&, const Value&, const std::vector<std::string>&);
Result assign(std::string&, const Value&, const std::vector<std::string>&);
Result assign(std::vector<double>&, const Value&, const std::vector<std::string>&);
Result assign(std::vector<std::string>&, const Value&, const std::vector<std::string>&);
Result assign(Value&, const Value&, const std::vector<std::string>&);
/// The position of a word among the choices, or what is wrong with it.
Result assign_choice(std::int64_t& position, const Value&, const std::vector<std::string>& choices);

template <class E>
requires std::is_enum_v<E> Result assign(E& member, const Value& value, const std::vector<std::string>& choices) {
  std::int64_t position = 0;
  auto complaint = assign_choice(position, value, choices);
  if (!complaint) member = static_cast<E>(position);
  return complaint;
}

template <class E>
requires std::is_enum_v<E> Result assign(std::vector<E>& member, const Value& value, const std::vector<std::string>& choices) {
  const std::vector<Value> one = {value};
  std::vector<E> chosen;
  for (const Value& item : value.is_list() ? value.items() : one) {
    E e{};
    if (auto complaint = assign(e, item, choices)) return complaint;
    for (const E before : chosen)
      if (before == e) return Complaint{"'" + item.text() + "' is named twice", "name it once"};
    chosen.push_back(e);
  }
  if (chosen.empty()) return Complaint{"the list is empty", "name at least one of " + list_words(choices)};
  member = std::move(chosen);
  return std::nullopt;
}

Value read(bool, const std::vector<std::string>&);
Value read(std::int64_t, const std::vector<std::string>&);
Value read(double, const std::vector<std::string>&);
Value read(const std::string&, const std::vector<std::string>&);
Value read(const std::vector<double>&, const std::vector<std::string>&);
Value read(const std::vector<std::string>&, const std::vector<std::string>&);
Value read(const Value&, const std::vector<std::string>&);

template <class E>
requires std::is_enum_v<E> Value read(E e, const std::vector<std::string>& choices) {
  return Value::scalar(choices[static_cast<std::size_t>(e)]);
}

template <class E>
requires std::is_enum_v<E> Value read(const std::vector<E>& list, const std::vector<std::string>& choices) {
  std::vector<Value> items;
  for (const E e : list) items.push_back(read(e, choices));
  return Value::list(std::move(items));
}

/// Sets every given parameter of a kernel: unknown and doubled names, wrong types, values outside their range and required ones
/// that are not there are found all at once.
std::vector<Diagnostic> assign_all(const std::vector<Parameter>&, void* kernel, const std::vector<Value::Entry>& given);

/// Gives complaints about parameters the position that the parameters have in the file.
std::vector<Diagnostic> place(const std::vector<std::pair<std::string, Complaint>>&, const std::vector<Value::Entry>& given);

/// The values of a kernel's parameters, those that were given with their places.
[[nodiscard]] std::vector<std::pair<std::string, Value>> in_force(const std::vector<Parameter>& parameters, const void* kernel,
                                                                  const std::vector<Value::Entry>& given);

}  // namespace terroir::settings
