#include "pipeline/ports/sample_type.h"

#include <array>

namespace terroir {
namespace {

constexpr std::array<std::string_view, 10> dtype_names = {"uint8", "int8",   "uint16", "int16",   "uint32",
                                                          "int32", "uint64", "int64",  "float32", "float64"};
constexpr std::array<std::size_t, 10> dtype_bytes = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};

}  // namespace

std::optional<SampleType> sample_type(std::string_view dtype) noexcept {
  for (std::size_t i = 0; i < dtype_names.size(); ++i)
    if (dtype_names[i] == dtype) return static_cast<SampleType>(i);
  return std::nullopt;
}

std::string_view dtype_name(SampleType type) noexcept { return dtype_names[static_cast<std::size_t>(type)]; }

std::size_t sample_bytes(SampleType type) noexcept { return dtype_bytes[static_cast<std::size_t>(type)]; }

bool is_integer(SampleType type) noexcept { return type < SampleType::float32; }

bool exact_in_float32(SampleType type) noexcept { return type <= SampleType::int16 || type == SampleType::float32; }

bool exact_in_float32(std::string_view dtype) noexcept {
  const auto type = sample_type(dtype);
  return type && exact_in_float32(*type);
}

}  // namespace terroir
