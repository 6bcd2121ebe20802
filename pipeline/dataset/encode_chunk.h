#pragma once

#include "pipeline/dataset/array_layout.h"
#include "pipeline/ports/sink.h"

#include <span>
#include <vector>

namespace terroir {

/// Encodes and compresses one chunk as Sink::encode wants it: pixels [feature][time][row][col] of the computed chunk, nodata NaN, as
/// numbers [time][feature][row][col] of the stored one. `out` stays empty when all is nodata.
void encode_chunk(const ArrayLayout& layout, std::span<const float> pixels, Bytes& out, std::vector<std::byte>& scratch,
                  EncodeCounts& counts);

}  // namespace terroir
