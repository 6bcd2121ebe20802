#include "pipeline/adapters/netcdf/netcdf_library.h"

#include "pipeline/error.h"

#include <netcdf.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace terroir {
namespace {

/// Bytes of an attribute as UTF-8: what is not valid is taken for Latin-1, in which degrees and micro signs are often written.
std::string as_utf8(const std::string& bytes) {
  std::string latin;
  std::size_t follow = 0;
  bool valid = true;
  for (const char c : bytes) {
    const auto u = static_cast<unsigned char>(c);
    if (follow > 0) {
      valid = valid && (u & 0xC0U) == 0x80U;
      --follow;
    } else {
      follow = u < 0x80 ? 0 : (u & 0xE0U) == 0xC0U ? 1 : (u & 0xF0U) == 0xE0U ? 2 : (u & 0xF8U) == 0xF0U ? 3 : 4;
      valid = valid && follow < 4;
    }
    if (u < 0x80)
      latin += c;
    else
      (latin += static_cast<char>(0xC0U | (u >> 6U))) += static_cast<char>(0x80U | (u & 0x3FU));
  }
  return valid && follow == 0 ? bytes : latin;
}

std::string clean(std::string text) {
  while (!text.empty() && (text.back() == '\0' || text.back() == ' ' || text.back() == '\n')) text.pop_back();
  return as_utf8(text);
}

void check(int status, const std::string& path) {
  if (status != NC_NOERR)
    throw Error(Fault::mistake, path + ": its header cannot be read (" + netcdf_message(status) + "); get a fresh copy of it");
}

std::string strings_of(int group, int variable, const char* name, std::size_t count) {
  std::vector<char*> texts(count, nullptr);
  std::string out;
  if (nc_get_att_string(group, variable, name, texts.data()) != NC_NOERR) return out;
  for (const char* text : texts) out += (out.empty() ? "" : " ") + std::string(text == nullptr ? "" : text);
  nc_free_string(count, texts.data());
  return out;
}

CfAttribute read_attribute(int group, int variable, const char* name, const std::string& path) {
  CfAttribute attribute{as_utf8(name), {}, {}};
  nc_type type = NC_NAT;
  std::size_t count = 0;
  const int found = nc_inq_att(group, variable, name, &type, &count);
  // The library lists names that are no UTF-8 and does not find them again.
  if (found == NC_ENOTATT) return attribute;
  check(found, path);
  if (type == NC_CHAR) {
    std::string text(count, '\0');
    if (count > 0) check(nc_get_att_text(group, variable, name, text.data()), path);
    attribute.text = clean(text);
  } else if (type == NC_STRING) {
    attribute.text = clean(strings_of(group, variable, name, count));
  } else if (netcdf_type(type)) {
    attribute.numbers.resize(count);
    const int status = count > 0 ? nc_get_att_double(group, variable, name, attribute.numbers.data()) : NC_NOERR;
    if (status != NC_ERANGE) check(status, path);
  }
  return attribute;
}

/// Name of a dimension with the group in which it is defined.
std::string dimension_name(int group, int dimension, const std::string& prefix, const std::string& path) {
  std::array<char, NC_MAX_NAME + 1> name{};
  check(nc_inq_dimname(group, dimension, name.data()), path);
  std::string where = prefix;
  for (int around = group;;) {
    int count = 0;
    check(nc_inq_dimids(around, &count, nullptr, 0), path);
    std::vector<int> own(static_cast<std::size_t>(count));
    check(nc_inq_dimids(around, &count, own.data(), 0), path);
    if (std::find(own.begin(), own.end(), dimension) != own.end() || where.empty()) return where + name.data();
    where = where.substr(0, where.size() - 1);
    where = where.substr(0, where.rfind('/') + 1);
    if (nc_inq_grp_parent(around, &around) != NC_NOERR) return where + name.data();
  }
}

CfVariable read_variable(int group, int number, const std::string& prefix, const std::string& path) {
  std::array<char, NC_MAX_NAME + 1> name{};
  std::array<int, NC_MAX_VAR_DIMS> dimensions{};
  nc_type type = NC_NAT;
  int rank = 0, attributes = 0;
  check(nc_inq_var(group, number, name.data(), &type, &rank, dimensions.data(), &attributes), path);
  CfVariable variable;
  variable.name = prefix + name.data();
  variable.type = netcdf_type(type);
  for (int d = 0; d < rank; ++d) {
    const int id = dimensions[static_cast<std::size_t>(d)];
    std::size_t size = 0;
    check(nc_inq_dimlen(group, id, &size), path);
    variable.dimensions.push_back(dimension_name(group, id, prefix, path));
    variable.shape.push_back(static_cast<Index>(size));
  }
  for (int a = 0; a < attributes; ++a) {
    std::array<char, NC_MAX_NAME + 1> attribute{};
    check(nc_inq_attname(group, number, a, attribute.data()), path);
    variable.attributes.push_back(read_attribute(group, number, attribute.data(), path));
  }
  return variable;
}

void read_group(int group, const std::string& prefix, const std::string& path, std::vector<CfVariable>& variables) {
  int count = 0;
  check(nc_inq_nvars(group, &count), path);
  for (int v = 0; v < count; ++v) variables.push_back(read_variable(group, v, prefix, path));
  check(nc_inq_grps(group, &count, nullptr), path);
  std::vector<int> groups(static_cast<std::size_t>(count));
  if (count > 0) check(nc_inq_grps(group, &count, groups.data()), path);
  for (const int inner : groups) {
    std::array<char, NC_MAX_NAME + 1> name{};
    check(nc_inq_grpname(inner, name.data()), path);
    read_group(inner, prefix + name.data() + "/", path, variables);
  }
}

}  // namespace

NetcdfHandles::~NetcdfHandles() {
  const std::lock_guard lock(hdf5_library());
  for (const auto& [path, id] : open_) nc_close(id);
}

int NetcdfHandles::open(const std::string& path) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const auto& one) { return one.first == path; });
  if (found != open_.end()) {
    open_.splice(open_.begin(), open_, found);
    return open_.front().second;
  }
  // A mount may refuse locks, and nobody writes what is read here.
  setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
  int id = 0;
  if (const int status = nc_open(path.c_str(), NC_NOWRITE, &id); status != NC_NOERR)
    throw Error(Fault::mistake, path + ": it cannot be opened as NetCDF (" + netcdf_message(status) + "); get a fresh copy of it");
  open_.emplace_front(path, id);
  if (open_.size() > limit_) {
    nc_close(open_.back().second);
    open_.pop_back();
  }
  return id;
}

std::string netcdf_message(int status) {
  std::string text = nc_strerror(status);
  return text.starts_with("NetCDF: ") ? text.substr(8) : text;
}

std::optional<SampleType> netcdf_type(int type) {
  switch (type) {
    case NC_BYTE: return SampleType::int8;
    case NC_UBYTE: return SampleType::uint8;
    case NC_SHORT: return SampleType::int16;
    case NC_USHORT: return SampleType::uint16;
    case NC_INT: return SampleType::int32;
    case NC_UINT: return SampleType::uint32;
    case NC_INT64: return SampleType::int64;
    case NC_UINT64: return SampleType::uint64;
    case NC_FLOAT: return SampleType::float32;
    case NC_DOUBLE: return SampleType::float64;
    default: return std::nullopt;
  }
}

std::pair<int, int> netcdf_variable(int file, const std::string& name) {
  const std::size_t slash = name.rfind('/');
  int group = file, variable = 0, status = NC_NOERR;
  if (slash != std::string::npos) status = nc_inq_grp_full_ncid(file, ("/" + name.substr(0, slash)).c_str(), &group);
  if (status == NC_NOERR) status = nc_inq_varid(group, name.c_str() + (slash == std::string::npos ? 0 : slash + 1), &variable);
  if (status != NC_NOERR) throw Error(Fault::system, "the variable '" + name + "' is gone (" + netcdf_message(status) + ")");
  return {group, variable};
}

std::vector<std::string> netcdf_texts(int file, const CfVariable& variable, const std::string& path) {
  constexpr Index most = 65536, longest = 4096;
  const auto [group, number] = netcdf_variable(file, variable.name);
  nc_type type = NC_NAT;
  int status = nc_inq_vartype(group, number, &type);
  const std::size_t dimensions = type == NC_STRING ? 1 : type == NC_CHAR ? 2 : 0;
  if (status == NC_NOERR && (dimensions == 0 || variable.shape.size() != dimensions)) return {};
  const Index count = variable.shape[0], width = dimensions == 2 ? variable.shape[1] : 1;
  if (count > most || width > longest)
    throw Error(Fault::mistake, path + ": '" + variable.name + "' has more texts than are read; cut out those that are needed");
  std::vector<std::string> texts;
  if (type == NC_STRING) {
    std::vector<char*> strings(static_cast<std::size_t>(count), nullptr);
    status = nc_get_var_string(group, number, strings.data());
    for (const char* text : strings) texts.push_back(clean(text == nullptr ? "" : text));
    nc_free_string(strings.size(), strings.data());
  } else {
    std::string all(static_cast<std::size_t>(count * width), '\0');
    status = nc_get_var_text(group, number, all.data());
    for (std::size_t at = 0; at < all.size(); at += static_cast<std::size_t>(width))
      texts.push_back(clean(all.substr(at, static_cast<std::size_t>(width))));
  }
  if (status != NC_NOERR)
    throw Error(Fault::mistake,
                path + ": the names in '" + variable.name + "' cannot be read (" + netcdf_message(status) + "); get a fresh copy of it");
  return texts;
}

std::vector<CfVariable> netcdf_header(int file, const std::string& path) {
  std::vector<CfVariable> variables;
  read_group(file, "", path, variables);
  return variables;
}

}  // namespace terroir
