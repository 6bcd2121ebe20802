#pragma once

#include "pipeline/error.h"
#include "pipeline/ports/source.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace terroir {

/// What headers say of a source, without the source. What many sources have in common stands once in `Headers`.
struct SourceHeader {
  std::uint32_t crs = 0, times = 0;  ///< places in `Headers`
  Affine affine;
  Shape shape;
  std::string cells;  ///< digest of cells that are on no affine grid (Grid::cells), which each rank reads itself, once; empty: none
  std::vector<std::uint32_t> bands;
  std::vector<SampleType> types;
  ChunkShape chunk;
  bool interleaved = false;
  std::size_t scratch = 0;  ///< Source::scratch_bytes
  bool reopens = false, by_gdal = false;
  Fingerprint fingerprint;
};

/// All that an opener has answered while a plan was made: rank 0 asks the storage, and the other ranks make the same plan from its answers.
struct Headers {
  /// Why there is no answer.
  struct Refusal {
    Fault fault = Fault::mistake;
    std::string text;
  };
  struct Listing {
    std::string pattern;
    std::vector<std::string> paths;
    std::optional<Refusal> refusal;
  };
  struct Variables {
    std::string path;
    std::vector<std::string> names;
    std::optional<Refusal> refusal;
  };
  struct Opened {
    std::string path;
    SourcePart part;
    std::optional<SourceHeader> header;
    std::optional<Refusal> refusal;  ///< without header and refusal: everyone opens it
  };
  std::vector<Listing> listings;
  std::vector<Variables> variables;
  std::vector<Opened> opened;
  std::vector<Crs> systems;
  std::vector<TimeAxis> axes;
  std::vector<BandFacts> bands;
};

/// As one message, compressed.
[[nodiscard]] std::vector<std::byte> encode_headers(Headers);
/// Nothing when the bytes are no such message.
[[nodiscard]] std::optional<Headers> decode_headers(std::span<const std::byte>);

}  // namespace terroir
