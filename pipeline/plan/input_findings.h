#pragma once

#include "pipeline/error.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/recipe/recipe.h"

#include <string>
#include <vector>

namespace terroir {

/// What is found about one input, each with the key of its section; what is wrong with several of its bands alike is told once.
class InputFindings {
 public:
  InputFindings(const InputSpec& spec, std::vector<Diagnostic>& diagnostics) : spec_(spec), diagnostics_(diagnostics) {}

 protected:
  void complain(const std::string& key, Position at, const std::string& problem, const std::string& remedy);
  void warn(const std::string& key, Position at, const std::string& problem, const std::string& remedy);
  void complain_of(const std::string& key, Position at, const Error& error, const std::string& remedy);
  /// Whether the CRS that the recipe gives is one, or none is given; complains otherwise.
  [[nodiscard]] bool is_crs_known(CrsReader& crs);

  const InputSpec& spec_;
  std::vector<Diagnostic>& diagnostics_;

 private:
  [[nodiscard]] Position position_of(const std::string& key, Position at) const;
};

}  // namespace terroir
