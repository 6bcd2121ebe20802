#pragma once

#include "pipeline/recipe/recipe.h"

#include <iosfwd>
#include <optional>
#include <span>
#include <string>

namespace terroir {

/// What the commands that take a recipe are told on the command line.
struct RecipeOptions {
  std::string recipe;               ///< a file, or for `run` a store to be made again
  std::optional<std::string> text;  ///< of that file, where it was read already: a pipe gives it once
  Bindings bindings;
  std::size_t memory = 0;  ///< bytes for each rank; 0: a share of the node's
  int threads = 0;         ///< of each rank; 0: as many as it has processors
  int expect_ranks = 0;    ///< that the job must have; 0: any number
  bool overwrite = false, verify = false, quiet = false, json = false;
  bool fixed_schedule = false;
  bool rechunk = true;  ///< false: inputs are read as they are stored (tests)
  std::optional<Shape> block;
};

/// The options of `terroir COMMAND`, or nothing when the user has already been told what is wrong (or has been helped): then
/// `exit_code` is set.
[[nodiscard]] std::optional<RecipeOptions> parse_recipe_options(const std::string& command, const std::string& summary,
                                                                std::span<const std::string> arguments, std::ostream& out,
                                                                std::ostream& errors, int& exit_code);

/// "300M", "1.5G", "2GiB", "1000000": bytes, in powers of 1024; nothing when it is no size.
[[nodiscard]] std::optional<std::size_t> parse_bytes(const std::string& text);

}  // namespace terroir
