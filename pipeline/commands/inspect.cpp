#include "pipeline/commands/inspect.h"

#include "kernels/value.h"
#include "pipeline/codecs/crc32c.h"
#include "pipeline/commands/command_line.h"
#include "pipeline/commands/inspect_files.h"
#include "pipeline/commands/open_outputs.h"
#include "pipeline/commands/store_report.h"
#include "pipeline/error.h"
#include "pipeline/json_text.h"
#include "pipeline/run/journal.h"
#include "pipeline/run/marker.h"

#include <filesystem>
#include <map>
#include <ostream>
#include <set>

namespace terroir {
namespace {

struct InspectRequest {
  std::string path;
  bool json = false, verify = false;
};

constexpr const char* inspect_help =
    "terroir inspect STORE [--json] [--verify]\n"
    "Shows what a Zarr store holds: grid, variables, statistics, size; of a NetCDF or GeoTIFF output, its files and its run.\n\n"
    "  --json    as JSON\n"
    "  --verify  read every object that the run has noted and compare its size and checksum\n";

/// What the arguments ask for, or what is wrong with them.
std::string read_arguments(std::span<const std::string> arguments, InspectRequest& request) {
  for (const auto& argument : arguments) {
    if (argument == "--json") {
      request.json = true;
    } else if (argument == "--verify") {
      request.verify = true;
    } else if (argument.starts_with("--")) {
      return "unknown option '" + argument + "'; use --json or --verify";
    } else if (!request.path.empty()) {
      return "'" + argument + "' is one too many; give one store";
    } else {
      request.path = argument;
    }
  }
  return request.path.empty() ? "no store is given; use terroir inspect STORE" : "";
}

void add_size(Json& description, const std::string& path) {
  std::uintmax_t bytes = 0, objects = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    bytes += entry.file_size();
    ++objects;
  }
  description["bytes"] = bytes;
  description["objects"] = objects;
}

/// What a store should hold: its objects by key, and the tiles that write it: all, and those that the journal tells of.
struct Expected {
  std::map<std::string, ObjectRecord> objects;
  Index tiles = 0, told = 0;
};

Expected expected_of(Store& store, const ZarrStore& zarr) {
  const std::string plan_hash = zarr.attributes.value("terroir_plan", std::string());
  const auto marker = last_marker(store, plan_hash);
  if (!marker)
    throw Error(Fault::mistake, store.location() + " cannot be verified: it is not as a run of terroir has left it, with __terroir/ in it");
  const auto folder = (std::filesystem::path(store.location()) / marker->journal).lexically_normal().string();
  const std::string place = marker->journal.empty() ? store.location() : folder;
  const auto entries = read_journal(*open_result(place), marker->hash);
  if (entries.empty())
    throw Error(Fault::mistake, store.location() + " cannot be verified: the journal of its run belongs into " + place +
                                    "/__terroir, where there is none; bring the folder of the run's first output back to that place");
  Expected out;
  std::set<std::pair<std::size_t, Index>> told;
  for (const auto& entry : entries) {
    if (marker->tiles.contains(entry.pass)) told.emplace(entry.pass, entry.result.tile);
    for (const auto& object : entry.result.objects)
      if (object.bytes > 0 && object.output == marker->output) out.objects[object.key] = object;
  }
  for (const auto& [pass, tiles] : marker->tiles) out.tiles += tiles;
  out.told = static_cast<Index>(told.size());
  if (const auto note = publication_of(store, marker->hash))
    for (const auto& document : note->files) out.objects[document.key] = document;
  return out;
}

/// Compares the objects with the journal; what is damaged is listed.
Json verify(Store& store, const ZarrStore& zarr) {
  Json damaged = Json::array();
  const Expected expected = expected_of(store, zarr);
  for (const auto& [key, record] : expected.objects) {
    const auto bytes = store.get(key);
    if (!bytes) {
      damaged.push_back(key + ": missing");
    } else if (bytes->size() != record.bytes) {
      damaged.push_back(key + ": " + std::to_string(bytes->size()) + " bytes instead of " + std::to_string(record.bytes));
    } else if (crc32c(*bytes) != record.crc32c) {
      damaged.push_back(key + ": its checksum is wrong");
    }
  }
  if (expected.told < expected.tiles)
    damaged.push_back("__terroir/journal: tells of " + std::to_string(expected.told) + " of " + std::to_string(expected.tiles) + " tiles");
  return {{"checked", expected.objects.size()}, {"damaged", std::move(damaged)}};
}

std::string verified_text(const Json& result) {
  std::string out = "\nVerified\n  " + result["checked"].dump() + " objects, " + std::to_string(result["damaged"].size()) + " damaged\n";
  for (const auto& problem : result["damaged"]) out += "  " + problem.get<std::string>() + "\n";
  return out;
}

bool has_root_document(Store& store) {
  return store.get("zarr.json").has_value() || store.get(".zgroup").has_value() || store.get(".zarray").has_value();
}

/// Whether the last run that began in a store has published its result.
bool is_published(Store& store) {
  const auto marker = last_marker(store);
  return marker && publication_of(store, marker->hash);
}

/// The arrays in a folder of which a document or a run's own folder tells that it is a store: any other one may be large to search.
std::optional<ZarrStore> read_store(Store& store, bool begun) {
  if (!begun && !has_root_document(store)) return std::nullopt;
  try {
    return read_zarr(store);
  } catch (const Error& error) {
    if (error.fault() == Fault::data && begun && !is_published(store))
      return std::nullopt;  // its run was cut off while it wrote the document
    throw;
  } catch (const nlohmann::json::exception&) {
    throw Error(Fault::data, store.location() + ": its metadata are not those of a Zarr store; write the store again");
  }
}

/// Why there is nothing to show at a place.
const char* nothing_there(const std::string& path, bool begun, const std::optional<ZarrStore>& zarr) {
  std::error_code unknown;
  if (zarr && zarr->is_array) return "this is one array of a Zarr store; give the folder of the store";
  if (zarr) return "this Zarr group has no arrays; give the folder of a store";
  const bool there = std::filesystem::exists(path, unknown);
  if (begun || (!there && std::filesystem::is_directory(path + ".terroir", unknown)))
    return "nothing is published yet; run it again to resume";
  if (!there) return "it does not exist; check the path";
  if (std::filesystem::is_regular_file(path, unknown))
    return "no run of terroir has written this file; gdalinfo, or ncdump -h, shows what is in it";
  return "there is no Zarr store; give the folder that holds zarr.json or .zgroup";
}

int inspect(const InspectRequest& request, std::ostream& out, std::ostream& errors) {
  const auto store = open_result(request.path);
  if (const auto code = inspect_files(*store, request.json, request.verify, out, errors)) return *code;
  const bool begun = !store->list(run_folder.data()).empty();
  const auto zarr = read_store(*store, begun);
  if (!zarr || zarr->variables.empty()) {
    errors << request.path << ": " << nothing_there(request.path, begun, zarr) << "\n";
    return static_cast<int>(Fault::mistake);
  }
  Json description = describe_store(*store, *zarr);
  add_size(description, request.path);
  if (!zarr->unread.empty()) description["unread"] = zarr->unread;
  if (request.verify) description["verified"] = verify(*store, *zarr);
  if (request.json) {
    out << json_text(description, 2) << "\n";
  } else {
    out << store_page(description) << (request.verify ? verified_text(description["verified"]) : "");
  }
  for (const auto& problem : zarr->unread) errors << "terroir inspect: " << request.path << ": " << problem << "\n";
  const int code = zarr->unread.empty() ? 0 : static_cast<int>(Fault::data);
  if (!request.verify || description["verified"]["damaged"].empty()) return code;
  errors << request.path << ": objects are damaged; `terroir run --verify` with the same recipe and inputs writes them again\n";
  return static_cast<int>(Fault::data);
}

}  // namespace

int run_inspect(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors) {
  if (asks_for_help(arguments)) {
    out << inspect_help;
    return 0;
  }
  InspectRequest request;
  if (const std::string problem = read_arguments(arguments, request); !problem.empty()) {
    errors << "terroir inspect: " << problem << "\n";
    return static_cast<int>(Fault::mistake);
  }
  try {
    return inspect(request, out, errors);
  } catch (const Error& error) {
    errors << "terroir inspect: " << error.what() << "\n";
    return static_cast<int>(error.fault());
  } catch (const nlohmann::json::exception&) {
    errors << "terroir inspect: " << request.path << ": its attributes are not those of a result of terroir; look at it with xarray\n";
    return static_cast<int>(Fault::data);
  } catch (const std::exception& error) {
    errors << "terroir inspect: " << request.path << ": " << error.what() << "\n";
    return static_cast<int>(Fault::data);
  }
}

}  // namespace terroir
