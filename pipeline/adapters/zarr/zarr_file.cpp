#include "pipeline/adapters/zarr/zarr_file.h"

#include "pipeline/adapters/zarr/cf_attributes.h"
#include "pipeline/adapters/zarr/store_fingerprint.h"
#include "pipeline/cf/axes.h"
#include "pipeline/error.h"
#include "pipeline/ports/decode.h"

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

/// The name of a CRS that is no array, where an array names none by a grid mapping.
constexpr const char* crs_variable = "__crs";

CfVariable variable_of(const InputArray& array, int format) {
  CfVariable v{array.name, array.dimensions, array.shape, array.type, cf_attributes(array, format)};
  v.default_filled = false;
  v.dimensions.resize(v.shape.size());
  for (std::size_t d = 0; d < v.dimensions.size(); ++d)
    if (v.dimensions[d].empty()) v.dimensions[d] = "dim_" + std::to_string(d);
  // Names of dimensions belong to the group in which the array is.
  const std::string group = array.name.substr(0, array.name.rfind('/') + 1);
  if (array.name.find('/') != std::string::npos)
    for (std::string& name : v.dimensions) name.insert(0, group);
  return v;
}

template <class T>
double number_at(const std::byte* bytes) {
  T number;
  std::memcpy(&number, bytes, sizeof number);
  return static_cast<double>(number);
}

double as_double(SampleType type, const std::byte* bytes) {
  switch (type) {
    case SampleType::uint8: return number_at<std::uint8_t>(bytes);
    case SampleType::int8: return number_at<std::int8_t>(bytes);
    case SampleType::uint16: return number_at<std::uint16_t>(bytes);
    case SampleType::int16: return number_at<std::int16_t>(bytes);
    case SampleType::uint32: return number_at<std::uint32_t>(bytes);
    case SampleType::int32: return number_at<std::int32_t>(bytes);
    case SampleType::uint64: return number_at<std::uint64_t>(bytes);
    case SampleType::int64: return number_at<std::int64_t>(bytes);
    case SampleType::float32: return number_at<float>(bytes);
    case SampleType::float64: return number_at<double>(bytes);
  }
  return 0;
}

/// Goes on to the next place of a grid, the last dimension first; false behind the last one.
bool advance(std::vector<Index>& place, const std::vector<Index>& sizes) {
  for (std::size_t d = place.size(); d-- > 0;) {
    if (++place[d] < sizes[d]) return true;
    place[d] = 0;
  }
  return false;
}

/// Puts the numbers of a chunk that lie inside of an array into their places.
void place_numbers(const InputArray& array, const std::vector<Index>& chunk_place, const std::byte* numbers, std::vector<double>& out) {
  std::vector<Index> at(array.shape.size(), 0);
  do {
    Index target = 0, source = 0;
    bool inside = true;
    for (std::size_t d = 0; d < at.size(); ++d) {
      const Index index = chunk_place[d] * array.chunk[d] + at[d];
      inside = inside && index < array.shape[d];
      target = target * array.shape[d] + index;
      source = source * array.chunk[d] + at[d];
    }
    if (inside)
      out[static_cast<std::size_t>(target)] = as_double(*array.type, numbers + static_cast<std::size_t>(source) * array.element());
  } while (advance(at, array.chunk));
}

}  // namespace

ZarrFile::ZarrFile(std::string path, std::shared_ptr<ZarrHandles> handles)
    : path_(std::move(path)), handles_(std::move(handles)), store_(read_hierarchy(path_)) {
  for (const InputArray& array : store_.arrays) {
    CfVariable& v = variables_.emplace_back(variable_of(array, store_.format));
    const std::string own = named_crs(array.attributes), crs = own.empty() ? named_crs(store_.attributes) : own;
    if (crs.empty() || v.dimensions.size() < 2 || !v.text("grid_mapping").empty()) continue;
    const std::string name = crs_variable + std::to_string(variables_.size());
    v.attributes.push_back({"grid_mapping", name, {}});
    variables_.push_back({name, {}, {}, std::nullopt, {{"crs_wkt", crs, {}}}});
  }
}

const InputArray& ZarrFile::about(const CfVariable& variable) const {
  const auto found = std::find_if(store_.arrays.begin(), store_.arrays.end(), [&](const auto& a) { return a.name == variable.name; });
  if (found == store_.arrays.end()) throw Error(Fault::bug, path_ + ": no array '" + variable.name + "'");
  if (!found->unreadable.empty()) throw Error(Fault::mistake, path_ + ": array '" + variable.name + "': " + found->unreadable);
  return *found;
}

std::vector<double> ZarrFile::numbers(const CfVariable& variable) {
  constexpr std::size_t most = std::size_t{1} << 24;
  const InputArray& array = about(variable);
  std::size_t count = 1;
  std::vector<Index> chunks;
  for (std::size_t d = 0; d < array.shape.size(); ++d) {
    count = std::min(count, most + 1) * static_cast<std::size_t>(array.shape[d]);
    chunks.push_back(ceil_div(array.shape[d], array.chunk[d]));
  }
  if (count > most || array.chunk_size() > most)
    throw Error(Fault::mistake, path_ + ": the coordinate '" + variable.name + "' has more than " + std::to_string(most) +
                                    " numbers; cut out a part of the store first");
  std::vector<double> numbers(count);
  if (count == 0) return numbers;
  ZarrArray stored(path_, array, handles_);
  std::vector<std::byte> chunk(array.chunk_size() * array.element());
  std::vector<Index> place(chunks.size(), 0);
  try {
    do {
      (void)stored.read(place, chunk);
      place_numbers(array, place, chunk.data(), numbers);
    } while (advance(place, chunks));
  } catch (const Error& error) {
    if (error.fault() == Fault::data) throw Error(Fault::mistake, error.what());
    throw;
  }
  const double scale = variable.number("scale_factor").value_or(1), offset = variable.number("add_offset").value_or(0);
  for (double& value : numbers) value = value * scale + offset;
  return numbers;
}

std::vector<std::string> ZarrFile::texts(const CfVariable& variable) {
  const auto found = std::find_if(store_.arrays.begin(), store_.arrays.end(), [&](const auto& a) { return a.name == variable.name; });
  if (found == store_.arrays.end() || found->text == InputArray::Text::none || found->shape.size() != 1) return {};
  try {
    return ZarrArray(path_, about(variable), handles_).texts();
  } catch (const Error& error) {
    if (error.fault() == Fault::data) throw Error(Fault::mistake, error.what());
    throw;
  }
}

std::unique_ptr<StoredArray> ZarrFile::array(const CfVariable& variable) const {
  return std::make_unique<ZarrArray>(path_, about(variable), handles_);
}

std::string ZarrFile::unknown() const {
  const auto found = std::find_if(store_.arrays.begin(), store_.arrays.end(), [](const auto& a) { return !a.unreadable.empty(); });
  return found == store_.arrays.end() ? "" : "array '" + found->name + "': " + found->unreadable;
}

Fingerprint ZarrFile::fingerprint(const CfVariable& variable) const {
  StoreFingerprint print(path_, store_.bytes, store_.crc32c);
  print.add(about(variable));
  for (const std::string& name : variable.dimensions)
    for (const InputArray& array : store_.arrays) {
      if (array.name != name || array.shape.size() != 1) continue;
      print.add(array);
      const CfVariable* const axis = find(name);
      if (axis == nullptr) continue;
      for (const CfVariable* bounds : named_by(*this, *axis, "bounds"))
        for (const InputArray& edges : store_.arrays)
          if (edges.name == bounds->name && edges.unreadable.empty()) print.add(edges);
    }
  return print.value();
}

}  // namespace terroir
