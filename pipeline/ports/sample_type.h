#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace terroir {

/// Types of stored numbers, in the byte order of the machine.
enum class SampleType : std::uint8_t { uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64 };

/// The type of a BandFacts::dtype; nothing when pixels cannot come from it ("complex64").
[[nodiscard]] std::optional<SampleType> sample_type(std::string_view dtype) noexcept;
[[nodiscard]] std::string_view dtype_name(SampleType) noexcept;
[[nodiscard]] std::size_t sample_bytes(SampleType) noexcept;
[[nodiscard]] bool is_integer(SampleType) noexcept;

/// Whether float32 pixels hold every number of this type: integers of up to 16 bits and float32.
[[nodiscard]] bool exact_in_float32(SampleType) noexcept;
[[nodiscard]] bool exact_in_float32(std::string_view dtype) noexcept;

}  // namespace terroir
