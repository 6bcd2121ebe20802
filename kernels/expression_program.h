#pragma once

#include "kernels/expression.h"
#include "tiling/block.h"

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace terroir::formula {

/// An expression and the numbers of those of its names that are not layers.
struct Formula {
  Expression expression;
  std::vector<std::pair<std::string, double>> constants;
};

/// Formulas turned into a list of operations on rows of a few hundred pixels that stay in the first-level cache. What formulas have
/// in common is computed once; parts that are constant are computed when the program is made. All arithmetic is in float.
/// Missing values pass through every operation (through `where` in the condition and the chosen branch). A division by zero and
/// the logarithm of what is not positive are missing too.
class Program {
 public:
  Program() = default;

  /// One output for each formula. Names that a formula has no constant for are layers.
  explicit Program(std::span<const Formula> formulas);

  /// Layers in the order in which the formulas first name them: the order of `in` below.
  [[nodiscard]] const std::vector<std::string>& layers() const noexcept { return layers_; }
  [[nodiscard]] std::size_t outputs() const noexcept { return results_.size(); }
  /// Operations on each row.
  [[nodiscard]] std::size_t size() const noexcept { return operations_.size(); }

  [[nodiscard]] std::size_t scratch_bytes() const noexcept;
  /// `scratch` is aligned to 64. Inputs and outputs must not overlap.
  void run(std::span<const Block<const float>> in, std::span<const Block<float>> out, std::byte* scratch) const noexcept;

 private:
  friend class ProgramBuilder;

  /// Rows are numbered: first the layers, then the outputs, the constants and the temporary ones.
  struct Operation {
    Op op;
    std::array<int, 3> from;
    int to;
  };
  struct Result {
    int from;  ///< row to copy to the output, or -1 when an operation writes there
  };

  std::vector<std::string> layers_;
  std::vector<float> constants_;
  std::vector<Operation> operations_;
  std::vector<Result> results_;
  int temporaries_ = 0;
};

}  // namespace terroir::formula
