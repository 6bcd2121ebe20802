#include "pipeline/run/marker.h"

#include "pipeline/json_text.h"
#include "pipeline/plan/value_json.h"
#include "pipeline/redaction/redactor.h"
#include "terroir_version.h"

#include <set>

namespace terroir {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t told_differences = 4;

/// Paths at which two documents differ, as deep as both are maps.
void find_differences(const std::string& path, const Json& before, const Json& now, std::vector<std::string>& out) {
  if (!before.is_object() || !now.is_object()) {
    if (before != now) out.push_back(path);
    return;
  }
  std::set<std::string> keys;
  for (const auto& [key, value] : before.items()) keys.insert(key);
  for (const auto& [key, value] : now.items()) keys.insert(key);
  for (const auto& key : keys)
    find_differences(path.empty() ? key : path + "." + key, before.value(key, Json()), now.value(key, Json()), out);
}

void compare_inputs(const Json& before, const Json& now, std::vector<std::string>& out) {
  for (const auto& [name, fingerprint] : now.items()) {
    if (!before.contains(name)) {
      out.push_back("input " + name + " is new");
    } else if (before.at(name) != fingerprint) {
      out.push_back("input " + name + " has changed");
    }
  }
  for (const auto& [name, fingerprint] : before.items())
    if (!now.contains(name)) out.push_back("input " + name + " is gone");
}

}  // namespace

PlanMarker marker_of(const Plan& plan, const Sink& sink, const std::string& attempt) {
  Json inputs = Json::object();
  for (const auto& file : plan.files)
    inputs[redacted(file.name)] = Json::array({file.fingerprint.size, file.fingerprint.head_crc32c, file.fingerprint.tail_crc32c});
  Json recipe = to_json(plan.canonical);
  redact(recipe);
  return {attempt, plan.hash, version, 0, "", sink.root_key(), sink.names(), {}, std::move(recipe), std::move(inputs)};
}

std::string marker_key(const std::string& attempt) { return std::string(marker_prefix) + attempt + ".json"; }

std::string published_key(const std::string& attempt) { return std::string(published_prefix) + attempt + ".json"; }

std::string to_text(const Publication& publication) {
  Json json = {{"plan", publication.plan_hash}, {"published", true}};
  for (const auto& file : publication.files) json["files"].push_back(Json::array({file.key, file.bytes, file.crc32c}));
  return json.dump() + "\n";
}

std::optional<Publication> parse_publication(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    if (!text.ends_with('\n') || json.at("published") != true) return std::nullopt;
    Publication out{json.at("plan"), {}};
    for (const auto& file : json.value("files", Json::array())) out.files.push_back({file.at(0), file.at(1), file.at(2)});
    return out;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string to_text(const PlanMarker& marker) {
  const Json json = {{"terroir", marker.version}, {"attempt", marker.attempt}, {"plan", marker.hash},   {"output", marker.output},
                     {"journal", marker.journal}, {"root", marker.root_key},   {"names", marker.names}, {"tiles", marker.tiles},
                     {"inputs", marker.inputs},   {"recipe", marker.recipe}};
  return json_text(json, 2) + "\n";
}

std::optional<PlanMarker> parse_marker(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    return PlanMarker{json.at("attempt"), json.at("plan"),  json.at("terroir"), json.at("output"),
                      json.at("journal"), json.at("root"),  json.at("names"),   json.value("tiles", std::map<std::size_t, Index>()),
                      json.at("recipe"),  json.at("inputs")};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string difference(const PlanMarker& before, const PlanMarker& now) {
  std::vector<std::string> found;
  if (before.version != now.version) found.push_back("Terroir " + before.version + " is now " + now.version);
  find_differences("", before.recipe, now.recipe, found);
  compare_inputs(before.inputs, now.inputs, found);
  std::string text;
  for (std::size_t i = 0; i < found.size() && i < told_differences; ++i) text += (i > 0 ? ", " : "") + found[i];
  if (found.size() > told_differences) text += " and " + std::to_string(found.size() - told_differences) + " more";
  return text;
}

}  // namespace terroir
