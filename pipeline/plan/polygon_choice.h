#pragma once

#include "pipeline/ports/vector_file.h"
#include "pipeline/recipe/recipe.h"

#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// Which polygons of a layer are taken, and with what value.
class PolygonChoice {
 public:
  /// Looks up what the recipe names; what is not there, or of another kind, is a complaint: the key below `rasterize` and what is wrong.
  PolygonChoice(const RasterizeSpec& spec, const VectorLayer& layer);

  [[nodiscard]] const std::vector<std::pair<std::string, Complaint>>& complaints() const noexcept { return complaints_; }
  /// Attributes that `value_of` wants to see, in its order.
  [[nodiscard]] const std::vector<std::string>& attributes() const noexcept { return attributes_; }
  /// The number that a feature's pixels get; nothing when it is not taken, or has no value. Throws Error(Fault::mistake) for an integer
  /// that a pixel cannot keep.
  [[nodiscard]] std::optional<float> value_of(const Feature& feature) const;

 private:
  /// One of these values, as numbers or as text.
  struct Condition {
    std::size_t attribute = 0;
    bool numeric = false;
    std::vector<double> numbers;
    std::vector<std::string> texts;
    [[nodiscard]] bool holds(const std::optional<AttributeValue>& value) const;
  };
  [[nodiscard]] const VectorAttribute* find(const std::string& key, const std::string& name);
  [[nodiscard]] std::size_t place_of(const std::string& attribute);
  void choose_values(const VectorAttribute& attribute);
  void add_condition(const VectorAttribute& attribute, const RasterizeSpec::Condition& condition);

  const RasterizeSpec& spec_;
  const VectorLayer& layer_;
  std::vector<std::pair<std::string, Complaint>> complaints_;
  std::vector<std::string> attributes_;
  std::vector<Condition> conditions_;
  std::optional<std::size_t> burned_;  ///< place of the attribute that gives the value
};

}  // namespace terroir
