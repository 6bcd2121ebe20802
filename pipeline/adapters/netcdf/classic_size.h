#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace terroir {

/// The bytes that a file of the classic NetCDF formats (CDF-1, CDF-2, CDF-5) must have at least, by its header; nothing when it is none
/// of them. What libnetcdf reads behind the end of such a file are zeros. Throws Error(Fault::mistake) when the header itself is cut
/// off, or larger than 64 MiB.
[[nodiscard]] std::optional<std::uint64_t> classic_netcdf_size(const std::string& path);

/// Throws Error(Fault::mistake) when a classic NetCDF file is shorter than its header says.
void require_whole_netcdf(const std::string& path);

}  // namespace terroir
