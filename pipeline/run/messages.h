#pragma once

#include "pipeline/run/tile_runner.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace terroir {

// What ranks tell rank 0.

/// The first message of a rank. All ranks must have compiled the same plan.
struct Hello {
  std::string plan_hash;
};
/// Asks for tiles of a pass.
struct WantTiles {
  std::uint32_t pass = 0;
  std::uint8_t idle = 1;  ///< it has nothing to do: it may get tiles of another rank's span
};
/// A tile whose objects are closed.
struct TileDone {
  std::uint32_t pass = 0;
  TileResult result;
  double seconds = 0;  ///< that the tile took
};
/// The rank cannot go on, and why. Code: see Fault.
struct Failed {
  std::int32_t code = 0;
  std::string text;
};
/// All tiles that this rank has finished stand in its journal: the answer to WriteJournal.
struct JournalWritten {};
/// The last message of a rank: its journal is flushed and it does nothing any more.
struct Bye {
  Work work;
  std::uint64_t peak_memory = 0;
};

/// A piece of a part that rank 0 has asked for; pieces come in order. An empty one comes last; too few bytes: the part is not there.
struct PartPiece {
  std::uint32_t output = 0;
  std::string key, bytes;
};

// What rank 0 tells the others.

/// A pass begins, with the fitted states of earlier ones.
struct StartPass {
  std::uint32_t pass = 0;
  std::string attempt;
  std::map<std::size_t, std::vector<double>> fitted;
};
/// Tiles to do, in this order. None: no more of this pass.
struct Tiles {
  std::uint32_t pass = 0;
  std::vector<Index> tiles;
};
/// No tile is left: the outputs are published once all ranks have written their journals.
struct WriteJournal {};
/// Asks a rank for an object that it has written and that rank 0 cannot see.
struct GetPart {
  std::uint32_t output = 0;
  std::string key;
};
/// End with this code; 0 when the outputs are published.
struct Quit {
  std::int32_t code = 0;
};

/// Says in both directions that the sender lives; from a rank, with what it has done and taken so far.
struct Alive {
  Work work;
  std::uint64_t peak_memory = 0;
};

using AnyMessage =
    std::variant<Hello, WantTiles, TileDone, Failed, Bye, StartPass, Tiles, Quit, Alive, PartPiece, GetPart, WriteJournal, JournalWritten>;

/// A message and the rank that it is for.
struct Outgoing {
  int to = 0;
  AnyMessage message;
};

/// Puts a message into the list of those to be sent.
template <class M>
void post(std::vector<Outgoing>& list, int to, M&& message) {
  auto& last = list.emplace_back();
  last.to = to;
  last.message = std::forward<M>(message);
}

/// Little-endian bytes: the kind, then its fields; lengths before what varies. All ranks run the same program, so there are no versions.
[[nodiscard]] std::vector<std::byte> encode_message(AnyMessage message);
/// Nothing when the bytes are no message, are too short, or go on beyond its end.
[[nodiscard]] std::optional<AnyMessage> decode_message(std::span<const std::byte> bytes);

}  // namespace terroir
