#pragma once

#include "pipeline/adapters/yaml/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <map>
#include <string>

namespace terroir {

/// Builds a Value from yaml-cpp's events. Works with a stack of open lists and maps, so that no limit is found too late.
class TreeBuilder final : public YAML::EventHandler {
 public:
  /// Thrown from an event to end the parse; its reason is already among the diagnostics.
  struct Stop {};

  /// `text` is what is parsed, without a byte order mark.
  TreeBuilder(std::string_view text, const YamlLimits& limits, ParsedYaml& parsed) : text_(text), limits_(limits), parsed_(parsed) {}

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
  /// An open list or map; a map alternates between a key and its value.
  struct Open {
    Value value;
    bool has_key = false, keep = true;
    std::string key;
    Position key_at;
    std::map<std::string, int> lines;  ///< where each key stands
  };

  void check(Position at, const std::string& tag, YAML::anchor_t anchor);
  void open(Value value);
  void close();
  void add(Value value);
  void add_key(Open& map, const Value& key);
  void complain(Position at, const std::string& problem, const std::string& remedy);

  std::string_view text_;
  YamlLimits limits_;
  ParsedYaml& parsed_;
  std::vector<Open> stack_;
  std::size_t nodes_ = 0;
  bool started_ = false;
};

}  // namespace terroir
