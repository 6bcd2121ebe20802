#pragma once

#include "pipeline/codecs/deflate_code.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace terroir::deflate {

/// A DEFLATE stream (RFC 1951) in the course of being inflated into a place of known size. It reads the headers of blocks, copies stored
/// ones, and inflates with care what lies near the end of the bytes or of the place; what lies between is left to `lockstep`.
class Stream {
 public:
  enum class State { header, block, end, damaged };

  /// Room that one round of `lockstep` may need beyond what `ready` promises.
  static constexpr std::ptrdiff_t round_in = 16, round_out = 520, margin_in = 32, margin_out = 544;

  Stream(std::span<const std::byte> in, std::span<std::byte> out) noexcept;

  /// Goes on to where a round of `lockstep` is possible; false when there is none any more: the stream is at its end, or damaged.
  [[nodiscard]] bool ready() noexcept;
  /// Rounds that are possible now. Not before `ready`.
  [[nodiscard]] std::ptrdiff_t rounds() const noexcept;
  /// Whether the stream ended where its place does.
  [[nodiscard]] bool filled() const noexcept { return state == State::end && out == out_end; }
  /// The bytes behind the end of the stream.
  [[nodiscard]] std::span<const std::byte> rest() const noexcept;
  void close_block() noexcept { state = last ? State::end : State::header; }

  const std::uint8_t *in, *in_end;
  std::uint8_t *out, *out_begin, *out_end;
  std::uint64_t bits = 0;  ///< read and not used yet, the next one lowest
  unsigned held = 0;       ///< how many
  State state = State::header;
  bool last = false;   ///< the block is the last one
  bool whole = false;  ///< most symbols of the block are told whole by one look; else it has long runs of literals, or long matches
  Tables tables;

 private:
  void fill_bits() noexcept;
  [[nodiscard]] std::uint32_t take(unsigned count) noexcept;
  [[nodiscard]] bool read_header() noexcept;
  [[nodiscard]] bool copy_stored() noexcept;
  [[nodiscard]] bool read_codes() noexcept;
  [[nodiscard]] bool use_codes(std::span<const std::uint8_t> lengths, std::size_t symbol_count) noexcept;
  [[nodiscard]] bool finish_block() noexcept;
  [[nodiscard]] bool roomy() const noexcept { return in_end - in >= margin_in && out_end - out >= margin_out; }
};

}  // namespace terroir::deflate
