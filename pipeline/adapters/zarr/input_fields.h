#pragma once

#include "pipeline/adapters/zarr/input_array.h"

namespace terroir {

/// Damaged metadata of an array.
[[noreturn]] void refuse_array(const std::string& name, const std::string& why);

/// Notes, if nothing else is noted, that something of an array is not known.
void note_unknown(InputArray&, const std::string& what);

/// A member that is a list of whole numbers, each at least `least`. Throws as `refuse_array`.
[[nodiscard]] std::vector<Index> sizes_of(const std::string& name, const InputJson& document, const char* member_name, Index least);

/// Checks shape, chunk and shard against each other and against what can be counted. Throws as `refuse_array`.
void check_shape(const InputArray&);

/// Sets what a chunk that is not stored is made of. `fill`: a number, a truth, or a text such as "NaN" or "0x7fc00000"; null: zeros.
/// Also tells the value as a double, nothing for null.
[[nodiscard]] std::optional<double> read_fill(InputArray&, const InputJson& fill);

/// What takes the place of an unknown codec.
inline constexpr const char* known_codecs = "blosc, zstd, gzip or none";

}  // namespace terroir
