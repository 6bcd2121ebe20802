#include "kernels/expression.h"
#include "kernels/define.h"
#include "kernels/expression_program.h"

namespace terroir::kernels {
namespace {

struct ExpressionProcess {
  std::string formula;
  formula::Program program;

  static void describe(Describe<ExpressionProcess>& d) {
    d.summary("Computes a formula over the layers of data, pixel by pixel")
        .formula(
            "numbers, pi, names of layers; or, and, not; < <= > >= == !=; + - * / **; where(condition, value, other), min, max, abs, "
            "sqrt, exp, log, log10, pow, sin, cos, tan, asin, acos, atan, atan2, tanh, floor, ceil; truth is 1 and falsehood 0; a "
            "missing operand, a division by zero, the logarithm of what is not positive and sin, cos and tan beyond 2^30 radians give "
            "nodata")
        .scope(Scope::local)
        .take(Take::bands)
        .input("data", "any", "the layers that the formula names")
        .output("", "", "one layer");
    d.param("formula", &ExpressionProcess::formula, "the formula, such as (N - R) / (N + R)")
        .follows(readable)
        .must_be_given()
        .such_as("(N - R) / (N + R)");
  }

  static std::optional<Complaint> readable(const Value& value) {
    const auto read = formula::parse_expression(value.text());
    if (const auto* error = std::get_if<formula::ExpressionError>(&read))
      return Complaint{"column " + std::to_string(error->column) + " of the formula: " + error->problem, error->remedy};
    if (std::get<formula::Expression>(read).names.empty())
      return Complaint{"the formula names no layer", "name at least one layer of data"};
    return std::nullopt;
  }

  void prepare() {
    const formula::Formula whole{std::get<formula::Expression>(formula::parse_expression(formula)), {}};
    program = formula::Program({&whole, 1});
  }

  [[nodiscard]] std::vector<std::string> bands() const { return program.layers(); }
  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo>) const {
    LayerInfo info;
    info.long_name = formula;
    return {info};
  }
  [[nodiscard]] std::size_t scratch_bytes(Index, Shape) const noexcept { return program.scratch_bytes(); }
  void run(const Args& args) const noexcept { program.run(args.in, args.out, args.scratch); }
};

}  // namespace

Process expression() { return define<ExpressionProcess>(); }

}  // namespace terroir::kernels
