#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace terroir {

/// `terroir inspect STORE [--json] [--verify]`: what a Zarr store holds, as a person reads it. `--verify` reads every object that the
/// journal of its run names and compares its size and CRC-32C; of several outputs the first one's folder holds the journal. Returns the
/// exit code: 0; 2 when there is no store, no journal or the arguments are wrong; 3 when a document cannot be read or an object is
/// damaged; problems are told on `errors`.
int run_inspect(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors);

}  // namespace terroir
