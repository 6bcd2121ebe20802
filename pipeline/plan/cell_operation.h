#pragma once

#include "pipeline/ports/crs_operation.h"
#include "tiling/cells.h"

#include <memory>

namespace terroir {

/// Whether positions between centres count, or where cells begin and end.
enum class CellPositions { centres, edges };

/// The way from the numbered rows and columns of cells (a Grid of them) to another CRS: by their coordinates, and on by `further` where
/// these are of another CRS than the destination; null where they are not. The other way back, rows and columns are found for points: of
/// rectilinear cells in a line between the nearest centres, or edges; of curvilinear ones bilinearly between four centres.
[[nodiscard]] std::shared_ptr<const CrsOperation> cell_operation(std::shared_ptr<const Cells> cells, CellPositions positions,
                                                                 std::shared_ptr<const CrsOperation> further);

/// Bytes that positions of such cells take in a rank: the cells, what finds them, and what reading them takes.
[[nodiscard]] std::size_t cell_bytes(const Cells& cells) noexcept;

}  // namespace terroir
