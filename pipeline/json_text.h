#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace terroir {

/// A document as text, in one line or indented. Paths and attributes of files may hold bytes that are no UTF-8: these are replaced, where
/// the library would end the run with an exception.
template <class Document>
[[nodiscard]] std::string json_text(const Document& document, int indent = -1) {
  return document.dump(indent, ' ', false, Document::error_handler_t::replace);
}

}  // namespace terroir
