#include "pipeline/run/destination.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"
#include "pipeline/run/marker.h"
#include "pipeline/run/parts.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

namespace terroir {
namespace {

/// What the folder of an output holds.
struct Folder {
  std::vector<std::string> keys;
  std::optional<PlanMarker> marker;        ///< of the last run; nothing: nobody has begun here
  std::set<std::string> names, root_keys;  ///< of all runs
  std::vector<ObjectRecord> files;         ///< of a complete output whose parts became files
  bool complete = false;
  bool replaced = false;  ///< a run of another plan was to be removed for the last marker's, and that was interrupted
};

std::string first_part(const std::string& key) { return key.substr(0, key.find('/')); }

/// Whether a key below the name of an array is one that its chunks and documents have: "c/0/12", "0.12", "zarr.json", "0/.zarray" (a
/// view of planes for GDAL).
bool is_array_key(std::string_view rest) {
  for (const std::string_view document : {"zarr.json", ".zarray", ".zattrs", ".zgroup"})
    if (rest.ends_with(document)) rest.remove_suffix(document.size());
  if (rest == "c" || rest.starts_with("c/")) rest.remove_prefix(1);
  return rest.find_first_not_of("0123456789/.") == rest.npos;
}

bool is_run_key(const std::string& key) { return key.starts_with(run_folder); }

[[noreturn]] void refuse(const Store& store, const std::string& what) { throw Error(Fault::mistake, store.location() + " " + what); }

std::string_view as_text(const std::vector<std::byte>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

bool holds(const Folder& folder, const std::string& key) { return std::binary_search(folder.keys.begin(), folder.keys.end(), key); }

/// The note that the root document was closed by a run of the last marker's plan; nothing when it, or the document, is not there.
std::optional<Publication> find_publication(Store& store, const Folder& folder) {
  if (!holds(folder, folder.marker->root_key)) return std::nullopt;
  for (const auto& key : folder.keys) {
    const auto bytes = key.starts_with(published_prefix) ? store.get(key) : std::nullopt;
    auto note = bytes ? parse_publication(as_text(*bytes)) : std::nullopt;
    if (note && note->plan_hash == folder.marker->hash) return note;
  }
  return std::nullopt;
}

Folder look_into(Store& store) {
  Folder folder;
  folder.keys = store.list("");
  for (const auto& key : folder.keys) {
    if (!key.starts_with(marker_prefix)) continue;
    const auto bytes = store.get(key);
    auto marker = bytes ? parse_marker(as_text(*bytes)) : std::nullopt;
    if (!marker) continue;  // torn: its run wrote nothing else
    folder.names.insert(marker->names.begin(), marker->names.end());
    folder.root_keys.insert(marker->root_key);
    folder.replaced = folder.replaced || (folder.marker && folder.marker->hash != marker->hash);
    folder.marker = std::move(marker);
  }
  auto note = folder.marker ? find_publication(store, folder) : std::nullopt;
  folder.complete = note.has_value();
  if (note) folder.files = std::move(note->files);
  return folder;
}

/// An output inside another's folder would be a foreign file there the next time.
void refuse_nesting(const std::vector<Destination>& destinations) {
  for (const auto& outer : destinations)
    for (const auto& inner : destinations)
      if (inner.store->location().starts_with(outer.store->location() + "/"))
        refuse(*inner.store, "lies in the folder of another output, " + outer.store->location() + "; give each its own folder");
}

/// Whether a run has written a key, or may have.
bool is_known(const Folder& folder, const std::string& key) {
  if (is_run_key(key)) return true;
  const std::string first = first_part(key);
  return folder.names.count(first) > 0 && (key == first || is_array_key(std::string_view(key).substr(first.size() + 1)));
}

/// Files that no run has written stay untouched.
void refuse_foreign_files(const Store& store, const Folder& folder) {
  if (folder.marker && folder.names.empty()) return;
  for (const auto& key : folder.keys)
    if (store.location().ends_with("/" + key) && folder.names.count(key) == 0)
      refuse(store, "is a file that no run of terroir has written; choose another path, or remove it");
    else if (!is_known(folder, key))
      refuse(store, "holds '" + key + "', which no run of terroir has written; choose another folder, or empty this one");
}

void refuse_other_plan(const Store& store, const Folder& folder, const PlanMarker& now) {
  if (!folder.marker || folder.marker->hash == now.hash) return;
  const std::string what = difference(*folder.marker, now);
  const std::string state = folder.complete ? "holds the result" : "holds an unfinished run";
  const std::string remedy =
      folder.complete ? "choose another --output" : "finish it with its own recipe and inputs, choose another --output";
  refuse(store, state + " of another plan" + (what.empty() ? "" : " (different: " + what + ")") + "; " + remedy +
                    ", or replace it with --overwrite");
}

/// Where the journal stands, as seen from an output's folder: folders that move together, or are mounted elsewhere, still find it.
std::string way_to_journal(const std::vector<Destination>& destinations, std::size_t output) {
  if (output == 0) return {};
  const std::string first = destinations.front().store->location();
  const std::string way = std::filesystem::path(first).lexically_relative(destinations[output].store->location()).string();
  return way.empty() ? first : way;  // one is absolute, the other not
}

PlanMarker marker_for(const Plan& plan, const std::vector<Destination>& destinations, std::size_t output, const std::string& attempt) {
  PlanMarker marker = marker_of(plan, *destinations[output].sink, attempt);
  marker.output = output;
  marker.journal = way_to_journal(destinations, output);
  for (std::size_t i = 0; i < plan.passes.size(); ++i) {
    const auto& outputs = plan.passes[i].outputs;
    if (std::find(outputs.begin(), outputs.end(), output) != outputs.end()) marker.tiles[i] = plan.passes[i].tiles.size();
  }
  return marker;
}

/// Nothing has been written before the marker: where this fails, nothing else would work.
void leave_marker(const Plan& plan, const std::vector<Destination>& destinations, std::size_t output, const std::string& attempt) {
  Store& store = *destinations[output].store;
  const std::string text = to_text(marker_for(plan, destinations, output, attempt));
  try {
    store.put(marker_key(attempt), std::as_bytes(std::span(text)));
  } catch (const Error& error) {
    throw Error(error.fault(), std::string(error.what()) + "; `terroir doctor " + store.location() + "` tells what can be done there");
  }
}

void remove_root(Store& store, const Folder& folder) {
  for (const auto& key : folder.root_keys)
    if (holds(folder, key)) store.remove(key);
}

/// Makes an output one that is not finished, before its objects are written: no reader takes them for a data set meanwhile, nor for one by
/// another document beside the root.
void withdraw(Store& store, const Folder& folder) {
  remove_root(store, folder);
  for (const auto& key : folder.keys)
    if (folder.names.count(key) > 0 || key.starts_with(published_prefix)) store.remove(key);
}

/// Removes the root document first, so that no reader takes the rest for a data set, and the markers last, so that the rest stays
/// known as ours when this is interrupted. The marker of this attempt stays.
void clear(Store& store, const Folder& folder, const std::string& attempt) {
  remove_root(store, folder);
  for (const auto& key : folder.keys)
    if (!key.starts_with(marker_prefix)) store.remove(key);
  for (const auto& key : folder.keys)
    if (key.starts_with(marker_prefix) && key != marker_key(attempt)) store.remove(key);
}

/// An object of an output.
using OutputKey = std::pair<std::size_t, std::string>;

/// Tells which journaled tiles stand.
class TileCheck {
 public:
  TileCheck(const Plan& plan, const std::vector<Destination>& destinations, const std::vector<Folder>& folders, bool verify)
      : plan_(plan), destinations_(destinations), folders_(folders), verify_(verify) {}

  /// Whether the entry tells exactly the objects that the plan expects, and each is there: as long as it was written, for one whose
  /// writer was killed is shorter, and with `verify` the same.
  [[nodiscard]] bool stands(const JournalEntry& entry) {
    return for_each_object(plan_, entry.pass, entry.result, destinations_,
                           [this](std::size_t output, std::size_t, const ObjectRecord& object) { return object_stands(output, object); });
  }

  /// Whether the documents of an output, or the files that its parts became, are what was written.
  [[nodiscard]] bool files_stand(std::size_t output) {
    bool whole = true;
    for (const auto& file : folders_[output].files) whole = is_there(output, file) && whole;
    return whole;
  }

  [[nodiscard]] std::size_t verified() const noexcept { return verified_; }
  [[nodiscard]] const std::vector<OutputKey>& damaged() const noexcept { return damaged_; }

 private:
  bool object_stands(std::size_t output, const ObjectRecord& object) {
    const Folder& folder = folders_[output];
    if (object.bytes == 0) return true;
    if (folder.complete && destinations_[output].sink->makes_files()) return true;  // its part is not needed any more
    return holds(folder, object.key) && is_there(output, object);
  }

  bool is_there(std::size_t output, const ObjectRecord& object) {
    return verify_ ? is_whole(output, object) : destinations_[output].store->size(object.key) == object.bytes;
  }

  bool is_whole(std::size_t output, const ObjectRecord& object) {
    ++verified_;
    const auto bytes = destinations_[output].store->get(object.key);
    const bool whole = bytes && bytes->size() == object.bytes && crc32c(*bytes) == object.crc32c;
    if (!whole) damaged_.emplace_back(output, object.key);
    return whole;
  }

  const Plan& plan_;
  const std::vector<Destination>& destinations_;
  const std::vector<Folder>& folders_;
  const bool verify_;
  std::size_t verified_ = 0;
  std::vector<OutputKey> damaged_;
};

Index tiles_of(const Plan& plan) {
  Index tiles = 0;
  for (const auto& pass : plan.passes) tiles += pass.tiles.size();
  return tiles;
}

/// Which journaled tiles stand, each once, whether one does not any more, and which objects are there but not what was written.
struct Journaled {
  std::vector<JournalEntry> standing;
  bool broken = false, documents_broken = false;
  std::vector<OutputKey> damaged;
};

Journaled find_tiles(const Plan& plan, const std::vector<Destination>& destinations, std::vector<Folder>& folders, bool verify,
                     std::vector<std::string>& notes) {
  TileCheck check(plan, destinations, folders, verify);
  Journaled out;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (!folders[i].complete || check.files_stand(i)) continue;
    folders[i].complete = false;
    (destinations[i].sink->makes_files() ? out.broken : out.documents_broken) = true;
  }
  std::set<std::pair<std::size_t, Index>> seen, missing;
  for (auto& entry : read_journal(*destinations.front().store, plan.hash)) {
    const std::pair place{entry.pass, entry.result.tile};
    if (seen.count(place) > 0) continue;
    if (!check.stands(entry)) {
      missing.insert(place);
      continue;
    }
    seen.insert(place);
    missing.erase(place);
    out.standing.push_back(std::move(entry));
  }
  out.broken = out.broken || !missing.empty();
  out.damaged = check.damaged();
  if (verify)
    notes.push_back(std::to_string(check.verified()) + " objects verified, " + std::to_string(out.damaged.size()) +
                    (!out.damaged.empty() ? " damaged: they are written again" : " damaged"));
  return out;
}

/// By output: whether tiles that are left write objects of it.
std::vector<bool> outputs_to_write(const Plan& plan, const std::vector<JournalEntry>& tiles) {
  std::vector<Index> done(plan.passes.size());
  for (const auto& entry : tiles) ++done[entry.pass];
  std::vector<bool> out(plan.outputs.size());
  for (std::size_t i = 0; i < plan.passes.size(); ++i)
    for (const std::size_t output : plan.passes[i].outputs) out[output] = out[output] || done[i] < plan.passes[i].tiles.size();
  return out;
}

bool all_complete(const std::vector<Folder>& folders) {
  return std::all_of(folders.begin(), folders.end(), [](const Folder& folder) { return folder.complete; });
}

/// What earlier attempts have left to do, and which of their objects are to be removed.
struct Stock {
  Preparation found;
  std::vector<OutputKey> damaged;
};

/// What a finished result lacks, for its user.
void note_what_is_gone(const Journaled& tiles, bool tiles_are_left, std::vector<std::string>& notes) {
  if (tiles.documents_broken) notes.push_back("documents of the result differ from what was written: they are written again");
  if (!tiles_are_left) return;
  notes.push_back(tiles.broken ? "objects of the result are gone or cut short: their tiles are computed again"
                               : "the journal does not tell of all objects of the result: the other tiles are computed again");
}

Stock take_stock(const Plan& plan, const std::vector<Destination>& destinations, std::vector<Folder>& folders, bool verify) {
  Stock stock;
  Preparation& out = stock.found;
  const bool finished = all_complete(folders);
  Journaled tiles = find_tiles(plan, destinations, folders, verify, out.notes);
  out.tiles = std::move(tiles.standing);
  // The note of an output tells that its documents stand, or its file; that its objects do, only the journal tells.
  const auto touched = outputs_to_write(plan, out.tiles);
  out.nothing_to_do = true;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    out.published.push_back(folders[i].complete && (!touched[i] || destinations[i].sink->makes_files()));
    out.nothing_to_do = out.nothing_to_do && out.published[i];
  }
  if (out.nothing_to_do) return stock;
  stock.damaged = std::move(tiles.damaged);
  if (finished && !verify) note_what_is_gone(tiles, std::find(touched.begin(), touched.end(), true) != touched.end(), out.notes);
  if (!out.tiles.empty())
    out.notes.push_back("resumes: " + std::to_string(out.tiles.size()) + " of " + std::to_string(tiles_of(plan)) + " tiles are done");
  return stock;
}

/// In all outputs, or in none: a marker of this plan where another output cannot be written would hide the result that is there.
void leave_markers(const Plan& plan, const std::vector<Destination>& destinations, const std::string& attempt) {
  try {
    for (std::size_t i = 0; i < destinations.size(); ++i) leave_marker(plan, destinations, i, attempt);
  } catch (const Error&) {
    for (const auto& destination : destinations) {
      try {
        destination.store->remove(marker_key(attempt));
      } catch (const Error&) {  // where nothing can be removed, nothing was written
      }
    }
    throw;
  }
}

}  // namespace

void note_published(const Plan& plan, const Destination& destination, const std::string& attempt, const std::vector<ObjectRecord>& files) {
  const std::string text = to_text(Publication{plan.hash, files});
  destination.store->put(published_key(attempt), std::as_bytes(std::span(text)));
}

Preparation prepare_outputs(const Plan& plan, const std::vector<Destination>& destinations, const PrepareOptions& options) {
  refuse_nesting(destinations);
  std::vector<Folder> folders;
  for (const auto& destination : destinations) {
    folders.push_back(look_into(*destination.store));
    refuse_foreign_files(*destination.store, folders.back());
  }
  if (!options.overwrite) {
    for (std::size_t i = 0; i < destinations.size(); ++i)
      refuse_other_plan(*destinations[i].store, folders[i], marker_for(plan, destinations, i, options.attempt));
  }
  const auto starts_over = [&](const Folder& folder) { return options.overwrite || folder.replaced; };
  const bool any_starts_over = std::any_of(folders.begin(), folders.end(), starts_over);
  Stock stock;
  if (!any_starts_over) stock = take_stock(plan, destinations, folders, options.verify);
  if (stock.found.nothing_to_do) return stock.found;
  // Nothing is removed before all outputs can be written.
  leave_markers(plan, destinations, options.attempt);
  for (std::size_t i = 0; i < destinations.size(); ++i)
    if (starts_over(folders[i])) clear(*destinations[i].store, std::exchange(folders[i], {}), options.attempt);
  if (any_starts_over) stock = take_stock(plan, destinations, folders, options.verify);
  if (any_starts_over && !options.overwrite) stock.found.notes.push_back("goes on with an --overwrite that was interrupted");
  for (std::size_t i = 0; i < destinations.size(); ++i)
    if (!stock.found.published[i]) withdraw(*destinations[i].store, folders[i]);
  // The next run, which may not read objects, would take them for whole.
  for (const auto& [output, key] : stock.damaged) destinations[output].store->remove(key);
  return stock.found;
}

}  // namespace terroir
