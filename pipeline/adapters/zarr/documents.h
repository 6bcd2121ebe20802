#pragma once

#include "pipeline/dataset/variable.h"

#include <utility>

namespace terroir {

/// An object of a store: key and text.
using Document = std::pair<std::string, std::string>;

/// The metadata of a store with some variables, in the order in which they are to be written: the root document last, so that no
/// reader finds a data set before it is whole. Consolidated, so that opening costs one read.
[[nodiscard]] std::vector<Document> documents_v3(const std::vector<const Variable*>& variables, const Json& root_attributes);
[[nodiscard]] std::vector<Document> documents_v2(const std::vector<const Variable*>& variables, const Json& root_attributes);

/// The document `.zarray` of a variable.
[[nodiscard]] Json array_document_v2(const Variable&);

/// The one object of a coordinate: key and bytes.
[[nodiscard]] std::pair<std::string, Bytes> chunk_v3(const Coordinate&);
[[nodiscard]] std::pair<std::string, Bytes> chunk_v2(const Coordinate&);

/// A number as JSON: whole numbers without a fraction when `whole`, NaN and infinities as the texts of both versions.
[[nodiscard]] Json json_number(double number, bool whole);

/// Base64 (RFC 4648) of some bytes.
[[nodiscard]] std::string base64(std::span<const std::byte>);

}  // namespace terroir
