#pragma once

#include "pipeline/codecs/deflate_stream.h"

namespace terroir::deflate {

/// Inflates two streams that are `ready` in turn, a symbol or a few of each, until one of them needs its next block header, comes near its
/// end or is damaged.
///
/// What a code means is known only after the one before it, so that a core waits for its own table most of the time. Two streams give it
/// something to do meanwhile (tests/bench/inflate_bench.cpp).
void lockstep(Stream& one, Stream& other) noexcept;

/// Goes on with one that is `ready` when there is no other any more.
void alone(Stream&) noexcept;

}  // namespace terroir::deflate
