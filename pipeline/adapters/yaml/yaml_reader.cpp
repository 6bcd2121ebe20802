#include "pipeline/adapters/yaml/yaml_reader.h"

#include "pipeline/adapters/yaml/tree_builder.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <sstream>

namespace terroir {
namespace {

/// Bytes of the UTF-8 character at the front of `text`, 0 when it is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t size = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool beyond = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  return overlong || beyond ? 0 : size;
}

/// The first character that no UTF-8 text file has.
bool is_text(std::string_view text, ParsedYaml& parsed) {
  Position at{1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t size = character_size(text.substr(i));
    const bool control = (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 127;
    if (size == 0 || control) {
      parsed.diagnostics.push_back(
          {at, "", size == 0 ? "the file is not UTF-8 text" : "the file holds a control character", "save it as UTF-8 text", false});
      return false;
    }
    at = c == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.column + 1};
    i += size;
  }
  return true;
}

void parse(std::string_view text, const YamlLimits& limits, DoubledKeys doubled, ParsedYaml& parsed) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  TreeBuilder builder(text, limits, doubled, parsed);
  while (parser.HandleNextDocument(builder)) {
  }
}

}  // namespace

ParsedYaml read_yaml(std::string_view text, const YamlLimits& limits, DoubledKeys doubled) {
  ParsedYaml parsed;
  if (text.size() > limits.bytes) {
    parsed.diagnostics.push_back({{}, "", "the file is larger than " + std::to_string(limits.bytes) + " bytes", "make it smaller", false});
    return parsed;
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (!is_text(text, parsed)) return parsed;
  try {
    parse(text, limits, doubled, parsed);
    parsed.whole = true;
  } catch (const TreeBuilder::Stop&) {
    return parsed;
  } catch (const YAML::Exception& error) {
    const Position at = error.mark.is_null() ? Position{} : Position{error.mark.line + 1, error.mark.column + 1};
    if (error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR || error.msg == YAML::ErrorMsg::ALIAS_NOT_FOUND) {
      parsed.diagnostics.push_back(refused_alias(at));
      return parsed;
    }
    parsed.diagnostics.push_back({at, "", "not YAML: " + error.msg, "check indentation, quotes, brackets and colons near it", false});
  } catch (const std::exception& error) {
    parsed.diagnostics.push_back({{}, "", std::string("not YAML: ") + error.what(), "check the file", false});
  }
  return parsed;
}

}  // namespace terroir
