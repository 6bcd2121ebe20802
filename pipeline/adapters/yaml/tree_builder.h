#pragma once

#include "pipeline/adapters/yaml/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <map>
#include <string>

namespace terroir {

[[nodiscard]] inline Diagnostic refused_alias(Position at) {
  return {at, "", "an alias (*) is not allowed", "write the value out, or put a text that begins with * into quotes", false};
}

/// Builds a Value from yaml-cpp's events. Works with a stack of open lists and maps, so that no limit is found too late.
class TreeBuilder final : public YAML::EventHandler {
 public:
  /// Thrown from an event to end the parse; its reason is already among the diagnostics.
  struct Stop {};

  /// `text` is what is parsed, without a byte order mark.
  TreeBuilder(std::string_view text, const YamlLimits& limits, DoubledKeys doubled, ParsedYaml& parsed)
      : text_(text), limits_(limits), doubled_(doubled), parsed_(parsed) {}

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  /// A key of an open map: where it stands, and the place of its entry.
  struct Seen {
    int line = 0;
    std::size_t entry = 0;
  };

  /// An open list or map; a map alternates between a key and its value.
  struct Open {
    Value value;
    bool has_key = false, keep = true;
    Value::Entry next;      ///< the key, before its value is known
    std::size_t place = 0;  ///< of the entry that it fills
    std::map<std::string, Seen> keys;
  };

  void check(Position at, const std::string& tag, YAML::anchor_t anchor);
  void open(Value value);
  void close();
  void add(Value value);
  void keep(Open& map, Value value);
  void add_key(Open& map, const Value& key);
  void add_doubled_key(Open& map, const Seen& first);
  /// Of what leaves open what its section means.
  void complain_unclear(Position at, const std::string& problem, const std::string& remedy);
  void complain(Position at, const std::string& problem, const std::string& remedy);

  std::string_view text_;
  YamlLimits limits_;
  DoubledKeys doubled_;
  ParsedYaml& parsed_;
  std::vector<Open> stack_;
  std::size_t nodes_ = 0;
  bool started_ = false;
};

}  // namespace terroir
