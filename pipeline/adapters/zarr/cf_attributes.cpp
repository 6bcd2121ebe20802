#include "pipeline/adapters/zarr/cf_attributes.h"

#include <cstring>
#include <limits>

namespace terroir {
namespace {

std::optional<double> number_of(const InputJson& value) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return infinity;
  if (value == "-Infinity") return -infinity;
  return std::nullopt;
}

CfAttribute attribute_of(const std::string& name, const InputJson& value) {
  CfAttribute out{name, {}, {}};
  const bool marks = name == "_FillValue" || name == "missing_value";
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    const auto number = !marks ? std::nullopt : number_of(value) ? number_of(value) : encoded_double(text);
    if (number)
      out.numbers.push_back(*number);
    else
      out.text = text;
    return out;
  }
  if (!value.is_array()) {
    if (const auto number = number_of(value)) out.numbers.push_back(*number);
    return out;
  }
  for (const InputJson& one : value) {
    if (const auto number = number_of(one)) out.numbers.push_back(*number);
    if (one.is_string() && !number_of(one)) out.text += (out.text.empty() ? "" : " ") + one.get<std::string>();
  }
  return out;
}

}  // namespace

std::optional<double> encoded_double(const std::string& text) {
  const auto bytes = from_base64(text);
  double number = 0;
  if (!bytes || bytes->size() != sizeof number) return std::nullopt;
  std::memcpy(&number, bytes->data(), sizeof number);
  return number;
}

std::vector<CfAttribute> cf_attributes(const InputArray& array, int format) {
  std::vector<CfAttribute> out;
  for (const auto& [name, value] : array.attributes.items()) {
    if (value.is_object() || value.is_null() || name == "_ARRAY_DIMENSIONS" || (format == 2 && name == "_FillValue")) continue;
    out.push_back(attribute_of(name, value));
  }
  if (format == 2 && array.missing) out.push_back({"_FillValue", {}, {*array.missing}});
  return out;
}

std::string named_crs(const InputJson& attributes) {
  for (const char* name : {"proj:code", "proj:wkt2"})
    if (const std::string text = text_member(attributes, name); !text.empty()) return text;
  const InputJson& crs = member(attributes, "_CRS");
  if (const std::string text = text_member(crs, "wkt"); !text.empty()) return text;
  const InputJson& json = member(attributes, "proj:projjson");
  if (json.is_object()) return json.dump();
  return member(crs, "projjson").is_object() ? crs["projjson"].dump() : text_member(crs, "url");
}

std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  while (text.ends_with('=')) text.remove_suffix(1);
  std::vector<std::byte> out;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<unsigned>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<std::byte>(bits >> count & 0xFFU));
  }
  return out;
}

}  // namespace terroir
