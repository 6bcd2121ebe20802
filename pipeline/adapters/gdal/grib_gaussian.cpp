#include "pipeline/adapters/gdal/grib_gaussian.h"

#include "pipeline/cf/axis_cells.h"
#include "pipeline/error.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

/// Numbers of several bytes, the highest first; those beyond the text are 0.
class Octets {
 public:
  explicit Octets(std::string_view bytes) : bytes_(bytes) {}
  /// `octet` counts from 1, as the WMO's tables do.
  [[nodiscard]] std::size_t number(std::size_t octet, std::size_t size) const {
    std::size_t value = 0;
    for (std::size_t i = octet - 1; i < octet - 1 + size; ++i)
      value = value * 256 + (i < bytes_.size() ? static_cast<unsigned char>(bytes_[i]) : 0);
    return value;
  }
  [[nodiscard]] Octets from(std::size_t offset) const { return Octets(bytes_.substr(std::min(offset, bytes_.size()))); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

/// Edition 1: the grid description is section 2, behind the product definition, where that has a flag.
std::optional<int> number_of_edition_1(const Octets& message) {
  const Octets product = message.from(8);
  if ((product.number(8, 1) & 0x80U) == 0) return std::nullopt;
  const Octets grid = product.from(product.number(1, 3));
  constexpr std::size_t gaussian = 4;
  return grid.number(6, 1) == gaussian ? std::optional(static_cast<int>(grid.number(26, 2))) : std::nullopt;
}

/// Edition 2: it is section 3, with template 40.
std::optional<int> number_of_edition_2(const Octets& message) {
  constexpr std::size_t gaussian = 40;
  for (Octets section = message.from(16); !section.empty();) {
    const std::size_t length = section.number(1, 4);
    if (section.number(5, 1) == 3)
      return section.number(13, 2) == gaussian ? std::optional(static_cast<int>(section.number(68, 4))) : std::nullopt;
    if (length < 5) return std::nullopt;
    section = section.from(length);
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> gaussian_number(std::string_view head) {
  const std::size_t begin = head.find("GRIB");
  if (begin == std::string_view::npos) return std::nullopt;
  const Octets message(head.substr(begin));
  const auto number = message.number(8, 1) == 1 ? number_of_edition_1(message) : number_of_edition_2(message);
  return number && *number > 0 && *number < 1 << 16 ? number : std::nullopt;
}

Grid gaussian_grid(const Grid& gdal, int number, const std::string& path) {
  const Shape shape = gdal.shape();
  if (shape.rows != 2 * number)
    throw Error(Fault::mistake, path + ": its Gaussian grid N" + std::to_string(number) + " has " + std::to_string(shape.rows) +
                                    " rows of " + std::to_string(2 * number) + "; convert the file: cdo -f nc copy IN OUT");
  // GRIB keeps longitudes in thousandths of a degree.
  const double globe = 360 / static_cast<double>(shape.cols), width = gdal.affine().dx;
  const double step = std::abs(width / globe - 1) * static_cast<double>(shape.cols) < 0.5 ? globe : width;
  const Spacing columns{gdal.affine().x0 + width / 2 - step / 2, step};
  const auto rows = uneven_cells(gaussian_latitudes(shape.rows), {}, true);
  return {{}, Affine{}, shape, rectilinear_cells(gdal.crs(), *rows, even_cells(columns, static_cast<std::size_t>(shape.cols)))};
}

}  // namespace terroir
