#include "kernels/expression.h"
#include "kernels/expression_program.h"
#include "tiling/buffer.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace terroir;

void require(bool truth) {
  if (!truth) std::abort();
}

/// Operands stand before what uses them, and names are in use.
void check_nodes(const formula::Expression& expression) {
  require(!expression.nodes.empty() && expression.nodes.size() <= formula::largest_expression);
  for (std::size_t i = 0; i < expression.nodes.size(); ++i) {
    const auto& node = expression.nodes[i];
    for (const int operand : node.operands) require(operand < static_cast<int>(i));
    if (node.op == formula::Op::name) require(node.name >= 0 && node.name < static_cast<int>(expression.names.size()));
  }
}

void compute(formula::Expression expression) {
  const formula::Formula whole{std::move(expression), {}};
  const formula::Program program({&whole, 1});
  std::vector<OwnedBlock> layers;
  std::vector<Block<const float>> in;
  for (std::size_t i = 0; i < program.layers().size(); ++i)
    in.push_back(layers.emplace_back(1, Shape{1, 3}, Halo{}, static_cast<float>(i) - 1).view());
  const OwnedBlock result(1, {1, 3});
  const std::vector<Block<float>> out = {result.view()};
  Buffer scratch(program.scratch_bytes());
  program.run(in, out, scratch.data());
}

}  // namespace

/// Any text is either a formula that can be computed or has one mistake at a place inside the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto read = terroir::formula::parse_expression(text);
  if (const auto* error = std::get_if<terroir::formula::ExpressionError>(&read)) {
    require(error->column >= 1 && error->column <= text.size() + 1 && !error->problem.empty() && !error->remedy.empty());
    return 0;
  }
  auto& expression = std::get<terroir::formula::Expression>(read);
  check_nodes(expression);
  compute(std::move(expression));
  return 0;
}
