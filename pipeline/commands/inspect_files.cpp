#include "pipeline/commands/inspect_files.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"
#include "pipeline/json_text.h"
#include "pipeline/run/marker.h"

#include <ostream>

namespace terroir {
namespace {

using Json = nlohmann::ordered_json;

std::string_view text_of(const std::vector<std::byte>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Json damaged_files(Store& result, const std::vector<ObjectRecord>& files) {
  Json damaged = Json::array();
  for (const auto& file : files) {
    const auto bytes = result.get(file.key);
    if (!bytes)
      damaged.push_back(file.key + ": missing");
    else if (bytes->size() != file.bytes || crc32c(*bytes) != file.crc32c)
      damaged.push_back(file.key + ": not what was written");
  }
  return damaged;
}

std::string page(const Json& description) {
  std::string text = description["location"].get<std::string>() + ": complete\n  made by Terroir " +
                     description["terroir_version"].get<std::string>() + " from the recipe '" +
                     description["recipe"].value("name", std::string("without a name")) + "', plan " +
                     description["terroir_plan"].get<std::string>().substr(0, 12) + "\n\nFiles\n";
  for (const auto& file : description["files"]) text += "  " + file["name"].get<std::string>() + ", " + file["bytes"].dump() + " bytes\n";
  text += "\nncdump -h and gdalinfo show what they hold.\n";
  if (!description.contains("verified")) return text;
  const Json& damaged = description["verified"]["damaged"];
  text += "\nVerified\n  " + std::to_string(description["files"].size()) + " files, " + std::to_string(damaged.size()) + " damaged\n";
  for (const auto& problem : damaged) text += "  " + problem.get<std::string>() + "\n";
  return text;
}

/// Whether a run makes files, and no Zarr store.
bool makes_files(const PlanMarker& marker) { return marker.root_key != "zarr.json" && marker.root_key != ".zgroup"; }

}  // namespace

std::optional<PlanMarker> last_marker(Store& result, const std::string& plan_hash) {
  std::optional<PlanMarker> last;
  for (const auto& key : result.list(std::string(marker_prefix))) {
    const auto bytes = result.get(key);
    auto marker = bytes ? parse_marker(text_of(*bytes)) : std::nullopt;
    if (marker && (plan_hash.empty() || marker->hash == plan_hash)) last = std::move(marker);
  }
  return last;
}

std::optional<Publication> publication_of(Store& result, const std::string& plan_hash) {
  for (const auto& key : result.list(std::string(published_prefix))) {
    const auto bytes = result.get(key);
    auto note = bytes ? parse_publication(text_of(*bytes)) : std::nullopt;
    if (note && note->plan_hash == plan_hash) return note;
  }
  return std::nullopt;
}

std::optional<std::string> recipe_of_files(Store& result) {
  const auto marker = last_marker(result);
  if (!marker || !makes_files(*marker) || !publication_of(result, marker->hash)) return std::nullopt;
  return marker->recipe.dump();
}

std::optional<int> inspect_files(Store& result, bool json, bool verify, std::ostream& out, std::ostream& errors) {
  const auto marker = last_marker(result);
  const auto note = marker && makes_files(*marker) ? publication_of(result, marker->hash) : std::nullopt;
  if (!note) return std::nullopt;
  Json description = {{"location", result.location()}, {"complete", true},         {"terroir_version", marker->version},
                      {"terroir_plan", marker->hash},  {"recipe", marker->recipe}, {"inputs", marker->inputs}};
  for (const auto& file : note->files) description["files"].push_back({{"name", file.key}, {"bytes", file.bytes}});
  if (verify) description["verified"] = {{"checked", note->files.size()}, {"damaged", damaged_files(result, note->files)}};
  out << (json ? json_text(description, 2) + "\n" : page(description));
  if (!verify || description["verified"]["damaged"].empty()) return 0;
  errors << result.location() << ": files are damaged; write them again with `terroir run --verify`\n";
  return static_cast<int>(Fault::data);
}

}  // namespace terroir
