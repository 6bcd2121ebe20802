#include "pipeline/adapters/mlflow/mlflow_records.h"

#include "pipeline/json_text.h"
#include "pipeline/redaction/redactor.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

namespace terroir {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t longest_name = 250, most_texts = 100, most_entries = 1000;
constexpr std::size_t most_bytes = 900'000;  // of a million: the rest is for what stands around the entries

template <class T>
void move_all(std::vector<T>& to, std::vector<T>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

/// Cuts entries into bodies.
class BatchFiller {
 public:
  explicit BatchFiller(const std::string& run_id) : run_id_(run_id) { begin(); }

  void add(const char* list, std::size_t most, OrderedJson entry) {
    const std::size_t size = json_text(entry).size() + 1;
    if (body_[list].size() == most || entries_ == most_entries || bytes_ + size > most_bytes) end();
    body_[list].push_back(std::move(entry));
    ++entries_;
    bytes_ += size;
  }

  [[nodiscard]] std::vector<std::string> take() {
    if (entries_ > 0) end();
    return std::move(bodies_);
  }

 private:
  void begin() {
    body_ = {{"run_id", run_id_}, {"params", OrderedJson::array()}, {"tags", OrderedJson::array()}, {"metrics", OrderedJson::array()}};
    entries_ = bytes_ = 0;
  }
  void end() {
    bodies_.push_back(json_text(body_));
    begin();
  }

  std::string run_id_;
  OrderedJson body_;
  std::size_t entries_ = 0, bytes_ = 0;
  std::vector<std::string> bodies_;
};

bool is_allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' || c == '/' ||
         c == ' ';
}

/// Not longer than so many bytes, and no character cut in two.
std::string cut(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0) == 0x80) --longest;
  text.resize(longest);
  return text;
}

}  // namespace

void MlflowRecords::append(MlflowRecords later) {
  move_all(parameters, later.parameters);
  move_all(tags, later.tags);
  move_all(metrics, later.metrics);
  move_all(artefacts, later.artefacts);
  if (later.status) status = later.status;
}

std::int64_t now_in_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string mlflow_name(std::string_view name) {
  std::string out = redacted(std::string(name));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return !is_allowed(c); }, '_');
  for (std::size_t at = out.find(".."); at != std::string::npos; at = out.find("..")) out.replace(at, 2, "_");
  for (std::size_t at = out.find("//"); at != std::string::npos; at = out.find("//")) out.erase(at, 1);
  for (std::size_t at = out.find("/./"); at != std::string::npos; at = out.find("/./")) out.erase(at, 2);
  while (out.starts_with('/') || out.starts_with("./")) out.erase(0, 1);
  out = cut(std::move(out), longest_name);
  while (out.ends_with('/') || out.ends_with("/.")) out.pop_back();
  return out.empty() || out == "." ? "_" : out;
}

std::string mlflow_value(std::string_view value, std::size_t longest) { return cut(redacted(std::string(value)), longest); }

std::vector<std::string> log_batches(const std::string& run_id, const MlflowRecords& records) {
  BatchFiller filler(run_id);
  for (const auto& p : records.parameters)
    filler.add("params", most_texts, {{"key", mlflow_name(p.key)}, {"value", mlflow_value(p.value, longest_parameter)}});
  for (const auto& t : records.tags)
    filler.add("tags", most_texts, {{"key", mlflow_name(t.key)}, {"value", mlflow_value(t.value, longest_tag)}});
  for (const auto& m : records.metrics)
    if (std::isfinite(m.value))
      filler.add("metrics", most_entries, {{"key", mlflow_name(m.key)}, {"value", m.value}, {"timestamp", m.time}, {"step", m.step}});
  return filler.take();
}

}  // namespace terroir
