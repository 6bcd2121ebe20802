#include "kernels/expression_program.h"

#include "kernels/expression_rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

namespace terroir::formula {
namespace {

/// What one part of the formulas computes, once however often it is written. A value is its place in a list; operands come before.
struct Part {
  Op op = Op::number;
  std::array<int, 3> from{-1, -1, -1};
  float number = 0;
  int layer = -1;
};

bool is_operation(const Part& p) { return p.op != Op::number && p.op != Op::name; }

/// Joins equal parts, computes constant ones and replaces powers by products and roots.
class Parts {
 public:
  std::vector<Part> list;
  std::vector<std::string> layers;

  int number(float value) {
    for (std::size_t i = 0; i < list.size(); ++i)
      if (list[i].op == Op::number && list[i].number == value && std::signbit(list[i].number) == std::signbit(value))
        return static_cast<int>(i);
    return append({Op::number, {-1, -1, -1}, value, -1});
  }

  int layer(const std::string& name) {
    const auto place = std::find(layers.begin(), layers.end(), name) - layers.begin();
    if (place == static_cast<std::ptrdiff_t>(layers.size())) layers.push_back(name);
    for (std::size_t i = 0; i < list.size(); ++i)
      if (list[i].op == Op::name && list[i].layer == place) return static_cast<int>(i);
    return append({Op::name, {-1, -1, -1}, 0, static_cast<int>(place)});
  }

  int operation(Op op, std::array<int, 3> from) {
    if (const auto value = constant(op, from)) return number(*value);
    if (op == Op::power && at(from[1]).op == Op::number)
      if (const auto simpler = power(from[0], at(from[1]).number)) return *simpler;
    const auto [known, added] = operations_.try_emplace({op, from}, static_cast<int>(list.size()));
    return added ? append({op, from, 0, -1}) : known->second;
  }

 private:
  [[nodiscard]] const Part& at(int i) const { return list[static_cast<std::size_t>(i)]; }

  int append(const Part& part) {
    list.push_back(part);
    return static_cast<int>(list.size()) - 1;
  }

  /// The result when all operands are numbers, by the same arithmetic as at run time.
  [[nodiscard]] std::optional<float> constant(Op op, const std::array<int, 3>& from) const {
    float value[3] = {};
    for (std::size_t k = 0; k < 3; ++k) {
      if (from[k] < 0) continue;
      if (at(from[k]).op != Op::number) return std::nullopt;
      value[k] = at(from[k]).number;
    }
    float result = 0;
    apply_operation(op, &value[0], &value[1], &value[2], &result, 1);
    if (result != result) return std::nullopt;  // missing everywhere: left to the run, where NaN needs no special care here
    return result;
  }

  [[nodiscard]] std::optional<int> power(int base, float exponent) {
    if (exponent == 1) return base;
    if (exponent == 0.5F) return operation(Op::sqrt, {base, -1, -1});
    if (exponent == -1) return operation(Op::divide, {number(1), base, -1});
    if (exponent != 2 && exponent != 3 && exponent != 4) return std::nullopt;
    const int square = operation(Op::multiply, {base, base, -1});
    if (exponent == 2) return square;
    return operation(Op::multiply, {square, exponent == 3 ? base : square, -1});
  }

  std::map<std::tuple<Op, std::array<int, 3>>, int> operations_;
};

/// Adds a formula; gives its value.
int add_formula(Parts& parts, const Formula& formula) {
  std::vector<int> values;
  for (const auto& node : formula.expression.nodes) {
    std::array<int, 3> from{-1, -1, -1};
    for (std::size_t k = 0; k < 3; ++k)
      if (node.operands[k] >= 0) from[k] = values[static_cast<std::size_t>(node.operands[k])];
    if (node.op == Op::number) {
      values.push_back(parts.number(static_cast<float>(node.number)));
    } else if (node.op == Op::name) {
      const std::string& name = formula.expression.names[static_cast<std::size_t>(node.name)];
      const auto given = std::find_if(formula.constants.begin(), formula.constants.end(), [&](const auto& c) { return c.first == name; });
      values.push_back(given == formula.constants.end() ? parts.layer(name) : parts.number(static_cast<float>(given->second)));
    } else {
      values.push_back(parts.operation(node.op, from));
    }
  }
  return values.back();
}

}  // namespace

/// Gives every value a row: its layer's, its output's, its constant's, or a temporary one that is used again once nobody needs it.
class ProgramBuilder {
 public:
  ProgramBuilder(const Parts& parts, const std::vector<int>& results, Program& program)
      : parts_(parts.list), results_(results), program_(program), row_(parts.list.size(), -1), last_use_(parts.list.size(), -1) {
    program_.layers_ = parts.layers;
    find_needed();
    place_results();
    place_constants();
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (is_operation(parts_[i]) && last_use_[i] >= 0) emit(i);
  }

 private:
  static constexpr int forever = 1 << 30;

  /// Walks back from the results: what no result needs (a part of a constant) is not computed.
  void find_needed() {
    for (const int result : results_) last_use_[static_cast<std::size_t>(result)] = forever;
    for (std::size_t i = parts_.size(); i-- > 0;)
      if (last_use_[i] >= 0)
        for (const int from : parts_[i].from)
          if (from >= 0)
            last_use_[static_cast<std::size_t>(from)] = std::max(last_use_[static_cast<std::size_t>(from)], static_cast<int>(i));
  }

  void place_results() {
    const auto layers = static_cast<int>(program_.layers_.size());
    for (std::size_t k = 0; k < results_.size(); ++k) {
      const auto value = static_cast<std::size_t>(results_[k]);
      const bool computed_here = is_operation(parts_[value]) && row_[value] < 0;
      if (computed_here) row_[value] = layers + static_cast<int>(k);
      program_.results_.push_back({computed_here ? -1 : results_[k]});
    }
  }

  void place_constants() {
    const int first = static_cast<int>(program_.layers_.size() + results_.size());
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (last_use_[i] < 0) continue;
      if (parts_[i].op == Op::name) row_[i] = parts_[i].layer;
      if (parts_[i].op != Op::number) continue;
      row_[i] = first + static_cast<int>(program_.constants_.size());
      program_.constants_.push_back(parts_[i].number);
    }
    for (auto& result : program_.results_)
      if (result.from >= 0) result.from = row_[static_cast<std::size_t>(result.from)];
    first_temporary_ = first + static_cast<int>(program_.constants_.size());
  }

  void emit(std::size_t i) {
    Program::Operation operation{parts_[i].op, {0, 0, 0}, row_[i]};
    for (std::size_t k = 0; k < 3; ++k) {
      const int from = parts_[i].from[k];
      if (from < 0) continue;
      operation.from[k] = row_[static_cast<std::size_t>(from)];
      const bool repeated = std::find(parts_[i].from.begin(), parts_[i].from.begin() + static_cast<std::ptrdiff_t>(k), from) !=
                            parts_[i].from.begin() + static_cast<std::ptrdiff_t>(k);
      if (!repeated && last_use_[static_cast<std::size_t>(from)] == static_cast<int>(i) && operation.from[k] >= first_temporary_)
        free_.push_back(operation.from[k]);
    }
    if (operation.to < 0) operation.to = row_[i] = temporary();
    program_.operations_.push_back(operation);
  }

  int temporary() {
    if (free_.empty()) return first_temporary_ + program_.temporaries_++;
    const int row = free_.back();
    free_.pop_back();
    return row;
  }

  const std::vector<Part>& parts_;
  const std::vector<int>& results_;
  Program& program_;
  std::vector<int> row_, last_use_, free_;
  int first_temporary_ = 0;
};

Program::Program(std::span<const Formula> formulas) {
  Parts parts;
  std::vector<int> results;
  for (const auto& formula : formulas) results.push_back(add_formula(parts, formula));
  ProgramBuilder(parts, results, *this);
}

std::size_t Program::scratch_bytes() const noexcept {
  const std::size_t own_rows = constants_.size() + static_cast<std::size_t>(temporaries_);
  const std::size_t pointers = layers_.size() + results_.size() + own_rows;
  return (pointers * sizeof(float*) + 63) / 64 * 64 + own_rows * static_cast<std::size_t>(program_row) * sizeof(float);
}

void Program::run(std::span<const Block<const float>> in, std::span<const Block<float>> out, std::byte* scratch) const noexcept {
  const std::size_t given = layers_.size() + results_.size();
  const std::size_t own_rows = constants_.size() + static_cast<std::size_t>(temporaries_);
  // Operations only read layers and constants; one table of mutable pointers keeps the loop below free of cases.
  auto** rows = reinterpret_cast<float**>(scratch);
  auto* own = reinterpret_cast<float*>(scratch + ((given + own_rows) * sizeof(float*) + 63) / 64 * 64);
  for (std::size_t i = 0; i < own_rows; ++i) rows[given + i] = own + static_cast<Index>(i) * program_row;
  for (std::size_t i = 0; i < constants_.size(); ++i) std::fill_n(rows[given + i], program_row, constants_[i]);
  const auto row = [&](int i) { return rows[static_cast<std::size_t>(i)]; };
  for (Index t = 0; t < out[0].times(); ++t)
    for (Index r = 0; r < out[0].rows(); ++r)
      for (Index c = 0; c < out[0].cols(); c += program_row) {
        const Index n = std::min(program_row, out[0].cols() - c);
        for (std::size_t i = 0; i < layers_.size(); ++i) rows[i] = const_cast<float*>(in[i].row(t, r) + c);
        for (std::size_t i = 0; i < results_.size(); ++i) rows[layers_.size() + i] = out[i].row(t, r) + c;
        for (const Operation& o : operations_) apply_operation(o.op, row(o.from[0]), row(o.from[1]), row(o.from[2]), row(o.to), n);
        for (std::size_t i = 0; i < results_.size(); ++i)
          if (results_[i].from >= 0) apply_operation(Op::name, row(results_[i].from), nullptr, nullptr, rows[layers_.size() + i], n);
      }
}

}  // namespace terroir::formula
