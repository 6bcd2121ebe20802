#include "pipeline/commands/load.h"

#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/process/machine.h"
#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/adapters/units/udunits_converter.h"
#include "pipeline/adapters/yaml/yaml_reader.h"
#include "pipeline/address.h"
#include "pipeline/commands/inspect_files.h"
#include "pipeline/commands/open_outputs.h"
#include "pipeline/commands/open_sources.h"
#include "pipeline/dataset/staged_file.h"
#include "pipeline/error.h"
#include "pipeline/recipe/report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <set>
#include <system_error>
#include <utility>

namespace terroir {
namespace {

namespace fs = std::filesystem;

/// The attributes of a store's root, version 3 or 2; null when the folder is no store.
nlohmann::json root_attributes(const fs::path& folder) {
  for (const auto& [file, key] : {std::pair{"zarr.json", "attributes"}, {".zattrs", ""}}) {
    std::ifstream document(folder / file);
    if (!document) continue;
    const nlohmann::json json = nlohmann::json::parse(document, nullptr, false);
    if (json.is_object()) return *key == '\0' ? json : json.value(key, nlohmann::json::object());
  }
  return nullptr;
}

/// The recipe's text: a file's, or that of a result: a store's attribute, or what the run of a NetCDF or GeoTIFF output noted beside it.
std::string recipe_text(const RecipeOptions& options) {
  const std::string& path = options.recipe;
  if (fs::is_directory(path)) {
    const nlohmann::json attributes = root_attributes(path);
    if (attributes.is_object() && attributes.contains("terroir_recipe") && attributes["terroir_recipe"].is_string())
      return attributes["terroir_recipe"].get<std::string>();
    if (const auto recipe = recipe_of_files(*open_result(path))) return *recipe;
    throw Error(Fault::mistake, path + " is a folder without a finished Terroir store; name a recipe, or a store to make again");
  }
  if (fs::is_directory(path + ".terroir"))
    if (const auto recipe = recipe_of_files(*open_result(path))) return *recipe;
  return options.text ? *options.text : document_text(path, "check the recipe's path");
}

/// The same path by what links lead to that does not exist yet: the library takes them for names.
fs::path behind_links(const fs::path& path) {
  constexpr int most = 40;
  std::error_code error;
  fs::path real;
  for (const auto& part : path) {
    real /= part;
    for (int links = 0; links < most && fs::is_symlink(real, error) && !fs::exists(real, error); ++links)
      real = real.parent_path() / fs::read_symlink(real, error);
  }
  return real;
}

/// From the root, without links, as far as these can be looked at, and without a slash at the end.
fs::path real_path(const fs::path& path) {
  std::error_code error;
  const fs::path whole = behind_links(fs::absolute(path));  // a relative path of which nothing exists yet stays relative
  fs::path real = fs::weakly_canonical(whole, error);
  if (error) real = whole.lexically_normal();
  return real.has_filename() ? real : real.parent_path();
}

/// The real paths of files, whose folders are asked once for all that lie there.
class RealFiles {
 public:
  /// `last`: whether the file itself may be a link, which is a question to the file system for each.
  fs::path of(const fs::path& file, bool last) {
    const fs::path name = file.filename();
    if (name.empty() || name == "." || name == "..") return real_path(file);
    const auto [folder, fresh] = folders_.try_emplace(fs::absolute(file).parent_path());
    if (fresh) folder->second = real_path(folder->first);
    const fs::path real = folder->second / name;
    std::error_code unknown;
    return last && fs::is_symlink(real, unknown) ? real_path(real) : real;
  }

 private:
  std::map<fs::path, fs::path> folders_;
};

bool is_within(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// The file below which a path lies, so that nothing can be made there.
std::optional<fs::path> file_above(const fs::path& path) {
  std::error_code unknown;
  for (fs::path above = fs::absolute(path).parent_path(); above.has_relative_path(); above = above.parent_path()) {
    const fs::file_status found = fs::status(above, unknown);
    if (fs::exists(found)) return fs::is_directory(found) ? std::nullopt : std::optional(above);
  }
  return std::nullopt;
}

/// "https://example.org/out", or "/vsiaz/data/out", which would make folders of such names here; without a query, which may hold a secret.
std::optional<std::string> address_in(const std::string& path) {
  std::error_code unknown;
  const bool virtual_files = path.starts_with("/vsi") && !fs::exists(path.substr(0, path.find('/', 1)), unknown);
  if (scheme_of(path).empty() && !virtual_files) return std::nullopt;
  return path.substr(0, path.find('?'));
}

/// An output that is no path of this machine; what stands at its place, or above it, and is no output of its format, or no folder; nothing
/// otherwise.
std::optional<Diagnostic> check_kind(const OutputSpec& output) {
  const bool one_file = is_one_file(output.format, output.path);
  const std::string where = "outputs." + output.name + ".path";
  if (const auto address = address_in(output.path))
    return Diagnostic{output.at_key("path"), where, *address + " is no path of a folder",
                      "give one, which may lie in a mount of a container", false};
  if (const auto file = file_above(output.path))
    return Diagnostic{output.at_key("path"), where, output.path + " lies below " + file->string() + ", which is a file",
                      "choose another path", false};
  std::error_code unknown;
  const fs::file_status found = fs::status(output.path, unknown);
  if (!fs::exists(found) || fs::is_directory(found) != one_file) return std::nullopt;
  const char* const name = output.format == Format::geotiff ? "result.tif" : "result.nc";
  return Diagnostic{output.at_key("path"), where,
                    output.path + (one_file ? " is a folder, and this output is one file" : " is a file, and this output is a folder"),
                    one_file ? "end its path in a name, as " + (fs::path(output.path) / name).string() : "choose another path", false};
}

/// What an output writes to: its path, and the folder of its parts where it is one file.
std::vector<fs::path> places_of(const OutputSpec& output) {
  std::vector<fs::path> places = {real_path(output.path)};
  if (is_one_file(output.format, output.path)) places.push_back(places.front().string() + ".terroir");
  return places;
}

bool meet(const std::vector<fs::path>& some, const std::vector<fs::path>& others) {
  for (const auto& a : some)
    for (const auto& b : others)
      if (is_within(a, b) || is_within(b, a)) return true;
  return false;
}

/// Two outputs, one of which lies in the other, also by a link, would take each other's files for their own, or for foreign ones.
std::vector<Diagnostic> check_apart(const std::vector<OutputSpec>& outputs) {
  std::vector<Diagnostic> mistakes;
  std::vector<std::vector<fs::path>> places;
  for (const OutputSpec& output : outputs) {
    places.push_back(places_of(output));
    for (std::size_t other = 0; other + 1 < places.size(); ++other) {
      if (!meet(places[other], places.back())) continue;
      const OutputSpec& first = outputs[other];
      mistakes.push_back({output.at_key("path"), "outputs." + output.name + ".path",
                          output.path + " and output '" + first.name + "' (" + first.path + ") lie in each other",
                          "give each its own folder", false});
      break;
    }
  }
  return mistakes;
}

/// An output may neither be an input nor hold one, which --overwrite would remove; nor may it lie in an input's store, or be of another
/// kind than what is there.
std::vector<Diagnostic> check_places(const std::vector<OutputSpec>& outputs, const std::vector<std::string>& inputs) {
  std::vector<Diagnostic> mistakes;
  RealFiles files;
  for (const OutputSpec& output : outputs) {
    if (auto wrong = output.whole ? check_kind(output) : std::nullopt) {
      mistakes.push_back(std::move(*wrong));
      continue;
    }
    const fs::path written = real_path(output.path);
    std::error_code unknown;
    const bool there = fs::exists(written, unknown);  // else nothing can be lost
    for (const auto& input : inputs) {
      const fs::path read = files.of(input, there);
      if (!is_within(read, written) && !is_within(written, read)) continue;
      mistakes.push_back({output.at_key("path"), "outputs." + output.name + ".path",
                          output.path + (read == written ? " is an input as well" : " and the input " + input + " lie in each other"),
                          "write to a path of its own", false});
      break;
    }
  }
  return mistakes;
}

bool is_error(const Diagnostic& d) { return !d.warning; }

/// Whether the text has a mistake at a place, which is reason enough.
bool is_told(const std::vector<Diagnostic>& found, const std::string& where) {
  return std::any_of(found.begin(), found.end(), [&](const auto& d) { return is_error(d) && d.where == where; });
}

/// Whether what is unclear at a place may change what any part of a recipe means: a whole part, what a part merges or has under a key that
/// is no text, or a parameter.
bool is_everywhere(const std::string& where) {
  const bool alone = where == "version" || where == "name" || where == "grid";
  return (where.find('.') == where.npos && !alone) || where.ends_with(".<<") || where.ends_with('.') || where.starts_with("parameters.");
}

/// A recipe whose YAML has mistakes: what else is wrong with it, besides the sections of which it is not known what is meant; nothing
/// where that is a whole part, or a parameter, whose value may be anywhere.
ParsedRecipe parse_faulty(const ParsedYaml& yaml, const RecipeOptions& options) {
  std::set<std::string> unclear;
  for (const std::string& where : yaml.unclear) {
    const std::string section = where.substr(0, where.find('.'));
    unclear.insert(meant_section(yaml.root, section) + where.substr(section.size()));
  }
  if (!yaml.whole || std::any_of(unclear.begin(), unclear.end(), is_everywhere)) return {std::nullopt, yaml.diagnostics, {}};
  ParsedRecipe parsed = parse_recipe(yaml.root, options.bindings, options.recipe, unclear);
  std::vector<Diagnostic> found = yaml.diagnostics;
  std::copy_if(parsed.diagnostics.begin(), parsed.diagnostics.end(), std::back_inserter(found), is_error);
  parsed.diagnostics = in_file_order(std::move(found));
  if (parsed.recipe) parsed.rest = std::exchange(parsed.recipe, std::nullopt);
  return parsed;
}

}  // namespace

std::string document_text(const std::string& path, const std::string& remedy) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(Fault::mistake, "cannot read " + path + ": " + std::strerror(errno) + "; " + remedy);
  std::string text(YamlLimits{}.bytes + 1, '\0');  // a device may go on for ever
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

LoadedRecipe load_recipe(const RecipeOptions& options) {
  LoadedRecipe loaded{options.recipe, {}};
  try {
    const ParsedYaml yaml = read_yaml(recipe_text(options));
    const bool faulty = std::any_of(yaml.diagnostics.begin(), yaml.diagnostics.end(), is_error);
    loaded.parsed = faulty ? parse_faulty(yaml, options) : parse_recipe(yaml.root, options.bindings, options.recipe);
  } catch (const Error& error) {
    const Complaint said = complaint_of(error);
    loaded.parsed.diagnostics.push_back({{}, "", said.problem, said.remedy, false});
  }
  return loaded;
}

namespace {

void add(std::vector<Diagnostic>& all, std::vector<Diagnostic> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Resources resources_of(const RecipeOptions& options, const Party& party) {
  Resources resources;
  resources.ranks = party.ranks;
  resources.memory = options.memory > 0 ? options.memory : memory_limit() / 10 * 8 / static_cast<std::size_t>(party.local_ranks);
  resources.threads = options.threads > 0 ? options.threads : std::max(1, party.local_processors / party.local_ranks);
  resources.block = options.block;
  const std::string folder = scratch_folder();
  resources.scratch = {folder, free_space(folder), is_in_memory(folder), options.rechunk};
  return resources;
}

/// The plan of a recipe; without one what else is wrong with what is whole of it.
Compiled compile_parsed(const ParsedRecipe& parsed, SourceOpener& opener, CrsReader& crs, const Resources& resources) {
  UdunitsConverter units;
  if (parsed.recipe) return compile(*parsed.recipe, opener, crs, units, resources);
  Compiled found;
  try {
    look_through(*parsed.rest, opener, crs, units, resources, found);
  } catch (const Error& error) {
    // Storage that does not answer now, or memory that is short, may be no matter when the recipe is right.
    if (error.fault() != Fault::system && error.fault() != Fault::memory) throw;
  }
  return found;
}

LoadedPlan make_plan(const RecipeOptions& options, const Party& party, const WrapOpener& wrap) {
  LoadedRecipe recipe = load_recipe(options);
  LoadedPlan loaded;
  loaded.file = recipe.file;
  std::vector<Diagnostic> diagnostics = std::move(recipe.parsed.diagnostics);
  if (recipe.parsed.recipe || recipe.parsed.rest) {
    loaded.crs = std::make_unique<ProjCrsReader>();
    loaded.opener = make_source_opener(*loaded.crs);
    const Resources resources = resources_of(options, party);
    // Behind all that needs no file: this may wait for rank 0.
    if (wrap) loaded.opener = wrap(std::move(loaded.opener));
    loaded.compiled = compile_parsed(recipe.parsed, *loaded.opener, *loaded.crs, resources);
    std::vector<OutputSpec> outputs = (recipe.parsed.recipe ? *recipe.parsed.recipe : *recipe.parsed.rest).outputs;
    outputs.erase(std::remove_if(outputs.begin(), outputs.end(), [](const auto& o) { return o.path.empty(); }), outputs.end());
    std::vector<Diagnostic> mistakes = check_places(outputs, loaded.compiled.files);
    add(mistakes, check_apart(outputs));
    mistakes.erase(std::remove_if(mistakes.begin(), mistakes.end(), [&](const auto& d) { return is_told(diagnostics, d.where); }),
                   mistakes.end());
    if (!mistakes.empty()) loaded.compiled.plan.reset(), loaded.compiled.over_budget = false;
    add(diagnostics, std::move(mistakes));
  }
  add(diagnostics, std::move(loaded.compiled.diagnostics));
  loaded.compiled.diagnostics = std::move(diagnostics);
  return loaded;
}

}  // namespace

LoadedPlan load_plan(const RecipeOptions& options, const Party& party, const WrapOpener& wrap) {
  LoadedPlan loaded = make_plan(options, party, wrap);
  loaded.compiled.diagnostics = in_file_order(std::move(loaded.compiled.diagnostics));
  return loaded;
}

void print_diagnostics(const std::vector<Diagnostic>& diagnostics, const std::string& file, bool quiet, std::ostream& out) {
  for (const auto& d : diagnostics)
    if (!d.warning || !quiet) out << to_text(d, file) << "\n";
}

}  // namespace terroir
