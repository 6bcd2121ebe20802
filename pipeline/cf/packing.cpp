#include "pipeline/cf/packing.h"

#include "pipeline/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

bool is_unsigned(const CfVariable& v) { return v.text("_Unsigned") == "true" || v.text("_Unsigned") == "True"; }

/// A number of an attribute as the stored type counts it: -1 of an unsigned byte is 255.
double as_stored(double value, SampleType type, bool made_unsigned) {
  return made_unsigned && value < 0 ? value + std::ldexp(1.0, static_cast<int>(8 * sample_bytes(type))) : value;
}

/// What NetCDF fills unwritten places with.
std::optional<double> default_fill(SampleType type) {
  switch (type) {
    case SampleType::uint8:
    case SampleType::int8: return std::nullopt;
    case SampleType::int16: return -32767;
    case SampleType::uint16: return 65535;
    case SampleType::int32: return -2147483647.0;
    case SampleType::uint32: return 4294967295.0;
    case SampleType::int64: return -9223372036854775806.0;
    case SampleType::uint64: return 18446744073709551614.0;
    case SampleType::float32:
    case SampleType::float64: return 9.9692099683868690e+36;
  }
  return std::nullopt;
}

void add_nodata(std::vector<double>& values, double value) {
  if (std::isnan(value)) return;  // missing as it is
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

void read_nodata(const CfVariable& v, SampleType type, const std::string& path, BandFacts& facts) {
  std::vector<double> values;
  bool said = false;
  for (const char* name : {"_FillValue", "missing_value"})
    if (const CfAttribute* attribute = v.find(name)) {
      said = true;
      for (const double value : attribute->numbers) add_nodata(values, as_stored(value, type, is_unsigned(v)));
    }
  // A value of another type that this one cannot hold marks nothing.
  if (values.size() > 2)
    throw Error(Fault::mistake,
                path + ": variable '" + v.name + "' has more than two missing values; make them one: cdo setctomiss,NUMBER IN OUT");
  if (!said && v.default_filled && default_fill(type) && v.type == type) values.push_back(*default_fill(type));
  if (!values.empty()) facts.nodata = values[0];
  if (values.size() > 1) facts.missing = values[1];
}

/// Limits are in packed numbers unless these cannot hold them.
void read_limits(const CfVariable& v, SampleType type, BandFacts& facts) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double low = v.number("valid_min").value_or(-infinity), high = v.number("valid_max").value_or(infinity);
  if (const CfAttribute* range = v.find("valid_range"); range != nullptr && range->numbers.size() == 2)
    low = range->numbers[0], high = range->numbers[1];
  low = as_stored(low, type, is_unsigned(v) && std::isfinite(low));
  high = as_stored(high, type, is_unsigned(v) && std::isfinite(high));
  if (std::isinf(low) && std::isinf(high)) return;
  const auto whole = [](double x) { return std::isinf(x) || x == std::floor(x); };
  const bool packed = facts.scale != 1 || facts.offset != 0;
  if (packed && is_integer(type) && !(whole(low) && whole(high))) {
    low = (low - facts.offset) / facts.scale;
    high = (high - facts.offset) / facts.scale;
    if (low > high) std::swap(low, high);
  }
  if (low <= high) facts.valid = {low, high};
}

}  // namespace

SampleType stored_type(const CfVariable& v) {
  const SampleType type = v.type.value_or(SampleType::float32);
  if (!is_unsigned(v)) return type;
  switch (type) {
    case SampleType::int8: return SampleType::uint8;
    case SampleType::int16: return SampleType::uint16;
    case SampleType::int32: return SampleType::uint32;
    case SampleType::int64: return SampleType::uint64;
    default: return type;
  }
}

BandFacts band_facts(const CfVariable& v, const std::string& path) {
  BandFacts facts;
  const SampleType type = stored_type(v);
  facts.description = v.text("long_name").empty() ? v.text("standard_name") : v.text("long_name");
  facts.standard_name = v.text("standard_name");
  facts.cell_methods = v.text("cell_methods");
  facts.dtype = dtype_name(type);
  facts.unit = v.text("units");
  facts.scale = v.number("scale_factor").value_or(1);
  facts.offset = v.number("add_offset").value_or(0);
  if (facts.scale == 0) facts.scale = 1;
  read_nodata(v, type, path, facts);
  read_limits(v, type, facts);
  return facts;
}

}  // namespace terroir
