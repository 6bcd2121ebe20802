#pragma once

#include "kernels/catalog.h"
#include "tiling/buffer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

/// Small steps that the tests of processes share: settings from words, blocks from numbers.
namespace terroir::test {

inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float infinity = std::numeric_limits<float>::infinity();

using Settings = std::vector<Value::Entry>;

inline Value words(const std::vector<std::string>& list) {
  std::vector<Value> items;
  for (const auto& word : list) items.push_back(Value::scalar(word));
  return Value::list(std::move(items));
}

inline Value::Entry set(std::string name, const std::string& text) { return {std::move(name), {1, 1}, Value::scalar(text, true, {1, 2})}; }
inline Value::Entry set(std::string name, Value value) { return {std::move(name), {1, 1}, std::move(value)}; }

inline Binding bind(std::string_view process, const Settings& settings) {
  const Process* found = find_process(process);
  if (found == nullptr) throw std::runtime_error("no such process");
  return found->bind(settings);
}

/// The kernel of settings that must be right.
inline std::shared_ptr<const BoundKernel> kernel(std::string_view process, const Settings& settings = {}) {
  const Binding binding = bind(process, settings);
  for (const auto& d : binding.diagnostics) ADD_FAILURE() << d.where << ": " << d.problem << "; " << d.remedy;
  if (!binding.kernel) throw std::runtime_error("the settings are wrong");
  return binding.kernel;
}

/// "parameter: problem; remedy" of the one thing that is wrong with the settings.
inline std::string complaint(std::string_view process, const Settings& settings) {
  const Binding binding = bind(process, settings);
  if (binding.diagnostics.size() != 1) return std::to_string(binding.diagnostics.size()) + " diagnostics";
  const auto& d = binding.diagnostics[0];
  return d.where + ": " + d.problem + "; " + d.remedy;
}

/// A block of one row.
[[gnu::noinline]] inline OwnedBlock row_of(const std::vector<float>& pixels) {
  OwnedBlock block(1, {1, static_cast<Index>(pixels.size())});
  for (std::size_t i = 0; i < pixels.size(); ++i) block(0, 0, static_cast<Index>(i)) = pixels[i];
  return block;
}

/// One row of pixels for each time.
inline OwnedBlock times_of(const std::vector<std::vector<float>>& times) {
  OwnedBlock block(static_cast<Index>(times.size()), {1, static_cast<Index>(times[0].size())});
  for (std::size_t t = 0; t < times.size(); ++t)
    for (std::size_t i = 0; i < times[t].size(); ++i) block(static_cast<Index>(t), 0, static_cast<Index>(i)) = times[t][i];
  return block;
}

inline std::vector<float> pixels_of(const Block<const float>& block) {
  std::vector<float> pixels;
  for (Index t = 0; t < block.times(); ++t)
    for (Index r = 0; r < block.rows(); ++r)
      for (Index c = 0; c < block.cols(); ++c) pixels.push_back(block(t, r, c));
  return pixels;
}

/// Runs a pointwise, series or fitted global kernel.
inline std::vector<OwnedBlock> run(const BoundKernel& kernel, const std::vector<Block<const float>>& in,
                                   std::span<const double> fitted = {}) {
  const std::vector<LayerInfo> known(in.size());
  const std::size_t count = kernel.outputs(known).size();
  const Index times = kernel.time_use() == TimeUse::pointwise ? in[0].times() : 1;
  std::vector<OwnedBlock> blocks;
  std::vector<Block<float>> out;
  for (std::size_t i = 0; i < count; ++i) {
    blocks.emplace_back(times, in[0].shape());
    out.push_back(blocks.back().view());
  }
  Buffer scratch(kernel.scratch_bytes(in[0].times(), in[0].shape()));
  Args args;
  args.in = in;
  args.out = out;
  args.fitted = fitted;
  args.scratch = scratch.data();
  kernel.run(args);
  return blocks;
}

/// Equal, or both missing.
inline bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

inline void expect_pixels(const Block<const float>& block, const std::vector<float>& wanted, float tolerance = 0) {
  const auto got = pixels_of(block);
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(wanted[i]))
      EXPECT_TRUE(std::isnan(got[i])) << "pixel " << i << " is " << got[i];
    else if (tolerance == 0)
      EXPECT_EQ(got[i], wanted[i]) << "pixel " << i;
    else
      EXPECT_NEAR(got[i], wanted[i], tolerance) << "pixel " << i;
  }
}

}  // namespace terroir::test
