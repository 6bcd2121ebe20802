#pragma once

#include "pipeline/ports/source.h"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// An attribute that the features of a layer have.
struct VectorAttribute {
  enum class Kind { integer, real, text, other } kind = Kind::other;
  std::string name;
};

/// What a file's header says of one of its layers of features.
struct VectorLayer {
  std::string name;
  Crs crs;                ///< unknown where the file has none
  std::string geometry;   ///< what its features are, as "Polygon"
  bool polygonal = true;  ///< whether they may be polygons
  std::vector<VectorAttribute> attributes;
  Index features = 0;
  std::array<double, 4> bounds{};  ///< xmin, ymin, xmax, ymax; zeros without features

  [[nodiscard]] const VectorAttribute* find(const std::string& attribute) const noexcept {
    for (const auto& a : attributes)
      if (a.name == attribute) return &a;
    return nullptr;
  }
};

/// One ring of a polygon; its last point may repeat the first.
struct Ring {
  std::vector<MapPoint> points;
  bool hole = false;
};

/// The value that a feature has of an attribute; nothing where it has none.
struct AttributeValue {
  double number = 0;  ///< of an integer or a real
  std::string text;   ///< of an integer or a text
};

struct Feature {
  std::int64_t id = 0;
  std::vector<std::optional<AttributeValue>> values;  ///< of the attributes asked for
  std::vector<Ring> rings;                            ///< of all its polygons
};

/// An opened file of features: polygons with attributes.
class VectorFile {
 public:
  virtual ~VectorFile() = default;
  [[nodiscard]] virtual const std::vector<VectorLayer>& layers() const noexcept = 0;
  [[nodiscard]] virtual Fingerprint fingerprint() const = 0;
  /// Memory that a point takes while its feature is read and shown.
  [[nodiscard]] virtual std::size_t bytes_per_point() const noexcept = 0;
  /// Shows all features of a layer in the file's order, those without geometry left out. Throws Error: Fault::mistake for one that is no
  /// polygon, Fault::data when the file is damaged; and what `visit` throws.
  virtual void read(const VectorLayer& layer, const std::vector<std::string>& attributes,
                    const std::function<void(const Feature&)>& visit) = 0;
};

}  // namespace terroir
