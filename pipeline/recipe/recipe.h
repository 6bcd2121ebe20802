#pragma once

#include "kernels/kernel.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace terroir {

/// What stands for the names of `${{inputs.NAME}}` and `${{outputs.NAME}}`: paths, or literals of declared parameters.
struct Bindings {
  std::map<std::string, std::string> inputs, outputs;
};

/// `step`, `input`, `step.layer` or `input.layer`.
struct Reference {
  Position at;
  std::string name, layer;  ///< `layer` empty: all (for an input: all continuous ones)
  [[nodiscard]] std::string text() const { return layer.empty() ? name : name + "." + layer; }
};

enum class OnError { fail, nodata };

/// Numbers that override what a file says of itself.
struct DecodingSpec {
  std::optional<double> scale, offset, nodata;
  std::optional<std::pair<int, int>> bits;
  bool categorical = false;
};

/// One layer of an input: its name and the band that it is, by `{band}` text, number from 1, or description.
struct BandSpec {
  Position at;
  std::string layer, band;
  DecodingSpec decoding;
};

/// Which times and levels of an input are read.
struct SelectSpec {
  Position at;
  std::string from, to;  ///< ISO dates or their beginnings ("1991", "2024-06"), inclusive; empty: open
  std::vector<int> months;
  std::string season;
  std::optional<double> level;
};

/// How the polygons of a vector file become a layer on the recipe's grid.
struct RasterizeSpec {
  Position at;
  enum class Method { center, all_touched, coverage } method = Method::center;
  std::string layer;      ///< of the file; empty: its only one
  std::string attribute;  ///< whose value a polygon's pixels get; empty: `value`
  double value = 1;
  std::vector<std::pair<std::string, double>> classes;  ///< numbers for values of the attribute; empty: it is a number itself
  /// Only polygons with one of these values of an attribute are taken; of several conditions all must hold.
  struct Condition {
    Position at;
    std::string attribute;
    std::vector<std::string> values;
  };
  std::vector<Condition> where;
};

struct InputSpec {
  Position at;
  std::string name;
  Position path_at;
  std::string path_text;  ///< as written: hashed and shown
  std::string path;       ///< with its names bound
  std::vector<BandSpec> bands;
  std::optional<int> band;
  std::string variable, crs, unit, unit_as, resample;
  std::map<std::string, Position> places;  ///< of its keys' values
  DecodingSpec decoding;
  SelectSpec select;
  std::optional<RasterizeSpec> rasterize;  ///< of a file of polygons
  OnError on_error = OnError::fail;
  bool whole = true;  ///< its section was read without a mistake, and all names in it are bound
};

/// The grid of the recipe: `like` a layer, or given by numbers. `bounds` may stand beside `like`.
struct GridSpec {
  Position at;
  std::optional<Reference> like;
  std::string crs;
  std::optional<std::array<double, 2>> resolution;  ///< width, height, both positive
  std::optional<std::array<double, 4>> bounds;      ///< xmin, ymin, xmax, ymax
  enum class Anchor { edge, center, point } anchor = Anchor::edge;
  std::array<double, 2> anchor_point{};
  std::optional<double> global;  ///< degrees: EPSG:4326 from -180, 90
  bool whole = true;             ///< it was read without a mistake
};

struct StepSpec {
  Position at;
  std::string name;
  const Process* process = nullptr;
  /// For each port of the process, `data` first: what is connected. An absent port has no references.
  std::vector<std::pair<std::string, std::vector<Reference>>> inputs;
  std::shared_ptr<const BoundKernel> kernel;            ///< null where the section has a mistake
  std::vector<std::pair<std::string, Value>> settings;  ///< values in force, defaults included
};

enum class Format { zarr, netcdf, geotiff };
enum class Layout { variables, stacked };

/// Whether an output of a format and path is one file rather than a folder.
[[nodiscard]] bool is_one_file(Format format, std::string_view path) noexcept;

/// Sizes of a chunk or a shard as far as the recipe gives them.
struct ChunkSpec {
  std::optional<Index> time, rows, cols;
};

struct CodecSpec {
  enum class Name { blosc, zstd, gzip, none, deflate } name = Name::blosc;
  enum class Shuffle { none, byte, bit } shuffle = Shuffle::byte;
  std::string cname = "zstd";
  int level = 1;
};

/// How a layer is stored: stored = round_half_even((value - add_offset) / scale_factor). Floats are stored as they are.
struct EncodingSpec {
  Position at;
  std::string dtype = "float32";  ///< float32 float64 int8 int16 int32 uint8 uint16 uint32
  double scale_factor = 1, add_offset = 0;
  std::optional<double> nodata;
};

struct OutputSpec {
  Position at;
  std::string name;
  std::string path_text, path;
  /// What is written, in order: a name (empty: the layer's own) and a reference. Never empty: a recipe without `layers` gets every
  /// step that nothing else uses.
  std::vector<std::pair<std::string, Reference>> layers;
  bool layers_known = true;  ///< what the recipe says of them was read without a mistake
  bool whole = true;         ///< so was the rest of the section, the names in its path aside
  Format format = Format::zarr;
  int zarr_format = 3;
  Layout layout = Layout::variables;
  ChunkSpec chunk, shard;
  CodecSpec codec;
  std::map<std::string, EncodingSpec> encoding;  ///< by variable name
  std::map<std::string, Position> places;        ///< of its keys' values

  /// Where the value of a key stands, or the output's name when the recipe does not give it.
  [[nodiscard]] Position at_key(const std::string& key) const {
    const auto place = places.find(key);
    return place == places.end() ? at : place->second;
  }
};

/// A recipe that is right as far as its text tells: names resolved to processes, parameters bound, references pointing backwards.
struct Recipe {
  std::string file, name;
  std::vector<std::pair<std::string, std::string>> literals;  ///< declared parameters and their values
  GridSpec grid;
  std::vector<InputSpec> inputs;
  std::vector<StepSpec> steps;  ///< sorted so that each stands after what it uses
  std::vector<OutputSpec> outputs;
};

/// The recipe of a document, or every mistake in it at once; warnings come with either.
struct ParsedRecipe {
  std::optional<Recipe> recipe;
  std::vector<Diagnostic> diagnostics;
  std::optional<Recipe> rest{};  ///< without a recipe: its sections, so that what is whole of them can be looked at
};

/// The section of a recipe that a key of it means: itself, or the one that it misspells and that is not there.
[[nodiscard]] std::string meant_section(const Value& document, const std::string& key);

/// Checks a whole document against the catalogue and the bindings. `file` is only for messages. Of `unclear` sections, as "inputs.dem", it
/// is not known what they mean, because a key stands there twice, say: nothing is said of them, and there is no recipe.
[[nodiscard]] ParsedRecipe parse_recipe(const Value& document, const Bindings& bindings, const std::string& file,
                                        const std::set<std::string>& unclear = {});

/// The recipe with every default spelled out and paths as written, keys in a fixed order: what is hashed and kept in the output.
[[nodiscard]] Value canonical_recipe(const Recipe&);

/// "recipe.yml:12:5: problem; remedy", as compilers print it.
[[nodiscard]] std::string to_text(const Diagnostic&, const std::string& file);

}  // namespace terroir
