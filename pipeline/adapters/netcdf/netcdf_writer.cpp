#include "pipeline/adapters/netcdf/netcdf_writer.h"

#include "pipeline/cf/cf_file.h"
#include "pipeline/codecs/pixel_encoding.h"

#include <netcdf.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

namespace terroir {
namespace {

nc_type type_of(const Variable& variable) {
  static const std::map<std::string, nc_type> types = {
      {"float32", NC_FLOAT}, {"float64", NC_DOUBLE}, {"int8", NC_BYTE},     {"int16", NC_SHORT}, {"int32", NC_INT},
      {"int64", NC_INT64},   {"uint8", NC_UBYTE},    {"uint16", NC_USHORT}, {"uint32", NC_UINT}, {"string", NC_STRING}};
  return types.at(variable.type);
}

/// A file that is being defined, or given what is known at the end.
class Definition {
 public:
  enum class File { fresh, there };
  Definition(const std::string& path, File which) {
    const int status =
        which == File::fresh ? nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &file_) : nc_open(path.c_str(), NC_WRITE, &file_);
    check(status, "the file");
  }
  ~Definition() {
    if (file_ >= 0) nc_abort(file_);
  }
  Definition(const Definition&) = delete;
  Definition& operator=(const Definition&) = delete;

  void add_attributes(int variable, const Json& attributes) {
    for (const auto& [name, value] : attributes.items()) add_attribute(variable, name, value);
  }

  int add_variable(const Variable& variable) {
    std::vector<int> dimensions;
    for (std::size_t d = 0; d < variable.dimensions.size(); ++d) dimensions.push_back(dimension(variable.dimensions[d], variable.shape[d]));
    int id = -1;
    check(nc_def_var(file_, variable.name.c_str(), type_of(variable), static_cast<int>(dimensions.size()), dimensions.data(), &id),
          variable.name);
    return id;
  }

  void add_array(const Variable& array) {
    const int id = add_variable(array);
    const std::vector<std::size_t> chunk(array.chunk.begin(), array.chunk.end());
    check(nc_def_var_chunking(file_, id, NC_CHUNKED, chunk.data()), array.name);
    const auto& options = array.compression.options;
    if (array.compression.name == Compression::Name::deflate)
      check(nc_def_var_deflate(file_, id, options.shuffle == Shuffle::byte ? 1 : 0, 1, options.level), array.name);
    add_fill(id, array);
  }

  [[nodiscard]] int find(const Variable& variable) const {
    int id = -1;
    check(nc_inq_varid(file_, variable.name.c_str(), &id), variable.name);
    return id;
  }

  void put(const Coordinate& coordinate) {
    const Variable& variable = coordinate.variable;
    const int id = find(variable);
    if (variable.type != "string") return check(nc_put_var(file_, id, coordinate.content.data()), variable.name);
    std::vector<const char*> texts;
    for (const auto& text : coordinate.texts) texts.push_back(text.c_str());
    check(nc_put_var_string(file_, id, texts.data()), variable.name);
  }

  void begin_definition() { check(nc_redef(file_), "the header"); }
  void end_definition() { check(nc_enddef(file_), "the header"); }
  void close() {
    const int file = std::exchange(file_, -1);
    check(nc_close(file), "the file");
  }

 private:
  static void check(int status, const std::string& what) {
    if (status != NC_NOERR) throw NetcdfFailure(what + ": " + nc_strerror(status));
  }

  int dimension(const std::string& name, Index size) {
    const auto [found, is_new] = dimensions_.try_emplace(name, -1);
    if (is_new) check(nc_def_dim(file_, name.c_str(), static_cast<std::size_t>(size), &found->second), name);
    return found->second;
  }

  void add_attribute(int variable, const std::string& name, const Json& value) {
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      const char* const pointer = text.c_str();
      // Characters are ASCII to HDF5; only its strings are marked as UTF-8.
      if (std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }))
        return check(nc_put_att_string(file_, variable, name.c_str(), 1, const_cast<const char**>(&pointer)), name);
      check(nc_put_att_text(file_, variable, name.c_str(), text.size(), text.data()), name);
    } else if (value.is_number_integer()) {
      const auto number = value.get<long long>();
      check(nc_put_att_longlong(file_, variable, name.c_str(), NC_INT64, 1, &number), name);
    } else {
      const auto numbers = value.is_array() ? value.get<std::vector<double>>() : std::vector{value.get<double>()};
      check(nc_put_att_double(file_, variable, name.c_str(), NC_DOUBLE, numbers.size(), numbers.data()), name);
    }
  }

  /// What missing pixels are stored as, and what the numbers of chunks that are not written are.
  void add_fill(int id, const Variable& array) {
    const auto type = stored_type(array.type);
    if (!type || !array.nodata) return;
    std::vector<std::byte> fill(size_of(*type));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    (void)encode_pixels({&nan, 1}, {*type, 1, 0, *array.nodata}, fill.data());
    check(nc_def_var_fill(file_, id, NC_FILL, fill.data()), array.name);
  }

  int file_ = -1;
  std::map<std::string, int> dimensions_;
};

}  // namespace

void define_netcdf(const std::string& path, const std::vector<Coordinate>& coordinates, const std::vector<Variable>& arrays,
                   const Json& attributes) {
  const std::lock_guard lock(hdf5_library());
  Definition file(path, Definition::File::fresh);
  file.add_attributes(NC_GLOBAL, attributes);
  for (const auto& coordinate : coordinates) file.add_attributes(file.add_variable(coordinate.variable), coordinate.variable.attributes);
  for (const auto& array : arrays) file.add_array(array);
  file.end_definition();
  file.close();
}

void finish_netcdf(const std::string& path, const std::vector<Coordinate>& coordinates, const std::vector<Variable>& arrays) {
  const std::lock_guard lock(hdf5_library());
  Definition file(path, Definition::File::there);
  file.begin_definition();
  for (const auto& array : arrays) file.add_attributes(file.find(array), array.attributes);
  file.end_definition();
  for (const auto& coordinate : coordinates) file.put(coordinate);
  file.close();
}

}  // namespace terroir
