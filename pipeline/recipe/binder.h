#pragma once

#include "pipeline/recipe/placeholder.h"
#include "pipeline/recipe/recipe.h"
#include "pipeline/recipe/report.h"

#include <map>
#include <set>

namespace terroir {

/// A path before and after its names were bound.
struct BoundPath {
  std::string text, path;
  bool whole = true;  ///< each name in it was bound
};

/// Puts values in the place of names: literals of declared parameters anywhere, paths in `path` only.
class Binder {
 public:
  /// Reads `parameters` of the document and checks the values given for them.
  Binder(const Value& document, const Bindings& bindings, Report& report);

  /// The document with its literals put in. Names that are neither declared nor a path are reported here.
  [[nodiscard]] Value put_literals(const Value& document);

  /// A path of an input or output with its names bound; `at` and `where` are for messages.
  [[nodiscard]] BoundPath bind_path(const std::string& text, Position at, const std::string& where);

  /// Warns of parameters and bindings that nothing has used.
  void report_unused();

  /// Declared parameters and their values, in file order.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& literals() const noexcept { return literals_; }

 private:
  struct Parameter {
    Position at;
    std::string type;
    std::optional<std::string> value;  ///< nothing when it is missing or wrong
    bool used = false;
  };

  void read_parameter(const Value::Entry& entry);
  [[nodiscard]] std::optional<std::string> checked(const std::string& type, const Value& given, Position at, const std::string& where,
                                                   const std::string& option);
  void collect_path_names(const Value& document);
  [[nodiscard]] Value put(const Value& value, const std::string& where, int depth, bool is_path);
  [[nodiscard]] Value put_scalar(const Value& scalar, const std::string& where, bool is_path);
  void complain_of_name(const Placeholder& placeholder, Position at, const std::string& where);

  const Bindings& bindings_;
  Report& report_;
  std::map<std::string, Parameter> parameters_;
  std::vector<std::pair<std::string, std::string>> literals_;
  std::set<std::string> input_names_, output_names_;  ///< names of paths in use
  std::set<std::pair<bool, std::string>> missing_;    ///< reported already
};

}  // namespace terroir
