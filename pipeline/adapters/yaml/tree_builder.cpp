#include "pipeline/adapters/yaml/tree_builder.h"

#include <algorithm>

namespace terroir {
namespace {

Position position_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

/// Keys may be long; messages may not.
std::string shortened(const std::string& text) { return text.size() <= 60 ? text : text.substr(0, 57) + "..."; }

/// Whether a quoted text that begins at `at` ends before the file does; yaml-cpp takes the end of the file for a quote.
bool is_closed(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return true;
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\')
      ++i;
    else if (text[i] == quote && quote == '\'' && i + 1 < text.size() && text[i + 1] == quote)
      ++i;
    else if (text[i] == quote)
      return true;
  }
  return false;
}

}  // namespace

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (started_) {
    complain(position_of(mark), "a second document begins here", "keep one document in each file");
    throw Stop{};
  }
  started_ = true;
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  check(position_of(mark), "", anchor);
  Value nothing;
  nothing.set_position(position_of(mark));
  add(std::move(nothing));
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) {
  const Diagnostic alias = refused_alias(position_of(mark));
  complain_unclear(alias.at, alias.problem, alias.remedy);
  OnNull(mark, 0);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) {
  const Position at = position_of(mark);
  check(at, tag, anchor);
  if (value.find('\0') != std::string::npos) complain_unclear(at, "the text holds a null character", "remove it");
  if (tag == "!" && !is_closed(text_, static_cast<std::size_t>(mark.pos))) {
    complain(at, "the quote is not closed", "close it");
    throw Stop{};
  }
  add(Value::scalar(value, tag != "!", at));
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  check(position_of(mark), tag, anchor);
  open(Value::list({}, position_of(mark)));
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  check(position_of(mark), tag, anchor);
  open(Value::map({}, position_of(mark)));
}

void TreeBuilder::check(Position at, const std::string& tag, YAML::anchor_t anchor) {
  if (++nodes_ > limits_.nodes) {
    complain(at, "the document has more than " + std::to_string(limits_.nodes) + " values", "make it smaller");
    throw Stop{};
  }
  if (anchor != 0) complain(at, "an anchor (&) is not allowed", "remove it");
  // yaml-cpp says "?" for plain and "!" for quoted values without a tag.
  if (!tag.empty() && tag != "?" && tag != "!") complain_unclear(at, "a tag (" + shortened(tag) + ") is not allowed", "remove it");
}

void TreeBuilder::open(Value value) {
  if (static_cast<int>(stack_.size()) >= limits_.depth) {
    complain(value.at(), "the document is nested deeper than " + std::to_string(limits_.depth) + " levels", "nest it less");
    throw Stop{};
  }
  stack_.emplace_back().value = std::move(value);
}

void TreeBuilder::close() {
  Value done = std::move(stack_.back().value);
  stack_.pop_back();
  add(std::move(done));
}

void TreeBuilder::add(Value value) {
  if (stack_.empty()) {
    parsed_.root = std::move(value);
    return;
  }
  Open& parent = stack_.back();
  if (parent.value.is_list()) {
    parent.value.items().push_back(std::move(value));
  } else if (!parent.has_key) {
    add_key(parent, value);
  } else {
    // A key without a value: yaml-cpp tells the place of what follows it, which may be lines away.
    if (value.is_null()) value.set_position(parent.next.at);
    if (parent.keep) keep(parent, std::move(value));
    parent.has_key = false;
  }
}

void TreeBuilder::keep(Open& map, Value value) {
  map.next.value = std::move(value);
  auto& entries = map.value.entries();
  if (map.place < entries.size())
    entries[map.place] = std::move(map.next);
  else
    entries.push_back(std::move(map.next));
}

void TreeBuilder::add_key(Open& map, const Value& key) {
  map.has_key = true;
  map.next = {key.text(), key.at(), {}, key.plain()};
  map.place = map.value.entries().size();
  map.keep = key.is_scalar();
  if (!key.is_scalar()) {
    complain_unclear(key.at(), "a key must be text, not " + key.describe(),
                     "write `key: value`; quote text that holds a brace or a bracket");
    return;
  }
  const auto [before, is_new] = map.keys.emplace(map.next.key, Seen{key.at().line, map.place});
  if (!is_new) add_doubled_key(map, before->second);
}

void TreeBuilder::add_doubled_key(Open& map, const Seen& first) {
  const std::string problem = "'" + shortened(map.next.key) + "' is given twice, first in line " + std::to_string(first.line);
  if (doubled_ == DoubledKeys::keep_last) {
    parsed_.diagnostics.push_back({map.next.at, "", problem + ", and the last one counts", "keep one", true});
    map.place = first.entry;
    return;
  }
  map.keep = false;
  complain_unclear(map.next.at, problem, "keep one");
}

void TreeBuilder::complain_unclear(Position at, const std::string& problem, const std::string& remedy) {
  complain(at, problem, remedy);
  std::string where = stack_.empty() ? "" : shortened(stack_.front().next.key);
  if (stack_.size() > 1) where += "." + shortened(stack_[1].next.key);
  parsed_.unclear.insert(std::move(where));
}

void TreeBuilder::complain(Position at, const std::string& problem, const std::string& remedy) {
  parsed_.diagnostics.push_back({at, "", problem, remedy, false});
}

}  // namespace terroir
