#include "pipeline/commands/store_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace terroir {
namespace {

using Row = std::vector<std::string>;

/// Columns side by side, each as wide as its widest cell; numbers to the right.
std::string table(const Row& head, const std::vector<Row>& rows, std::size_t first_number, std::size_t numbers) {
  const auto width = [](const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  };
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < head.size(); ++c) {
    widths.push_back(width(head[c]));
    for (const auto& row : rows) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::string out;
  const auto add = [&](const Row& row) {
    std::string line = " ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - width(row[c]), ' ');
      const bool number = c >= first_number && c < first_number + numbers;
      line += " " + (number ? padding + row[c] : row[c] + padding) + " ";
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  add(head);
  for (const auto& row : rows) add(row);
  return out;
}

std::string joined(const Json& list, const char* between) {
  std::string out;
  for (const auto& item : list) {
    out += (out.empty() ? "" : between) + (item.is_string() ? item.get<std::string>() : item.dump());
  }
  return out;
}

std::string number_of_digits(double number, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*g", digits, number);
  return text.data();
}

std::string short_number(const Json& number) {
  if (!number.is_number()) return "";
  return number.is_number_integer() ? number.dump() : number_of_digits(number.get<double>(), 6);
}

/// What pixels are stored by: all digits.
std::string exact_number(const Json& number) {
  if (!number.is_number()) return number.is_string() ? number.get<std::string>() : number.dump();
  const double value = number.get<double>();
  return value == std::floor(value) && std::abs(value) < 1e15 ? number_of_digits(value, 15) : number.dump();
}

/// Map coordinates reach to millions of metres, and to millionths of a degree.
std::string coordinate(const Json& number) { return number_of_digits(number.get<double>(), 12); }

std::string bytes_text(double bytes) {
  constexpr std::array units = {"bytes", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < units.size(); ++unit) bytes /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text.data();
}

std::string title(const Json& store) {
  std::string out = store.value("title", store.at("location").get<std::string>()) + ": Zarr " + store.at("zarr_format").dump() + ", ";
  out += store.at("complete").get<bool>() ? "complete\n" : "NOT COMPLETE: the run that writes it has not ended; run it again to resume\n";
  out += "  " + store.at("location").get<std::string>();
  if (store.contains("bytes")) out += ", " + bytes_text(store["bytes"].get<double>()) + " in " + store["objects"].dump() + " objects";
  out += "\n";
  if (!store.contains("terroir_version")) return out;
  out += "  made by Terroir " + store["terroir_version"].get<std::string>();
  if (store.contains("recipe")) out += " from the recipe '" + store["recipe"].value("name", std::string("without a name")) + "'";
  if (store.contains("inputs")) out += " and " + std::to_string(store["inputs"].size()) + " input file(s)";
  return out + ", plan " + store.value("terroir_plan", std::string()).substr(0, 12) + "\n";
}

std::string place(const Json& store) {
  std::string out = "\nGrid\n";
  const Json& grid = store.at("grid");
  if (grid.is_null()) return out + (store.at("complete").get<bool>() ? "  not known\n" : "  not written yet\n");
  const std::string unit = grid["unit"].get<std::string>().starts_with("degrees") ? "degrees" : grid["unit"].get<std::string>();
  out += "  " + grid["rows"].dump() + " rows x " + grid["cols"].dump() + " columns, pixels of " + coordinate(grid["pixel"][0]) + " x " +
         coordinate(grid["pixel"][1]) + " " + unit + "\n";
  const Json& b = grid["bounds"];
  out += "  x " + coordinate(b[0]) + " .. " + coordinate(b[2]) + ", y " + coordinate(b[1]) + " .. " + coordinate(b[3]) + "\n";
  const Json& crs = store.at("crs");
  if (crs.is_null()) return out + "  CRS unknown\n";
  return out + "  CRS " + crs["name"].get<std::string>() +
         (crs.contains("authority") ? " (" + crs["authority"].get<std::string>() + ")" : "") + "\n";
}

std::string times(const Json& store) {
  std::string out;
  for (const auto& axis : store.at("axes")) {
    out += "  " + axis["name"].get<std::string>() + ": " + axis["size"].dump() + " steps";
    if (axis.contains("first")) {
      out += ", " + axis["first"].get<std::string>() + " .. " + axis["last"].get<std::string>() + " (" +
             axis["calendar"].get<std::string>() + " calendar)";
    }
    out += "\n";
  }
  return out.empty() ? out : "\nTime\n" + out;
}

std::string storage(const Json& store) {
  std::vector<Row> rows;
  for (const auto& v : store.at("variables")) {
    std::string type = v["type"];
    if (v.contains("scale_factor")) type += " x " + exact_number(v["scale_factor"]) + " + " + exact_number(v.value("add_offset", Json(0)));
    const std::string nodata = !v.contains("nodata")     ? ""
                               : v["nodata"].is_string() ? v["nodata"].get<std::string>()
                                                         : exact_number(v["nodata"]);
    rows.push_back({v["name"], joined(v["dimensions"], ", "), joined(v["shape"], " x "), joined(v["chunk"], " x "),
                    v.contains("shard") ? joined(v["shard"], " x ") : "-", type, nodata, v["codec"]});
  }
  return "\nVariables\n" + table({"name", "dimensions", "shape", "chunk", "shard", "type", "nodata", "codec"}, rows, 0, 0);
}

/// Statistics of every layer: the variables, or the features of a stacked array.
std::string values(const Json& store) {
  const bool stacked = !store.at("features").empty();
  std::vector<Row> rows;
  for (const auto& layer : stacked ? store["features"] : store["variables"]) {
    const Json s = layer.value("statistics", Json::object());
    Row row = {layer["name"]};
    for (const auto* key : {"valid_count", "mean", "standard_deviation", "minimum", "maximum"}) {
      const Json number = s.value(key, Json());
      row.push_back(key == std::string("valid_count") && number.is_number() ? std::to_string(number.get<std::int64_t>())
                                                                            : short_number(number));
    }
    row.push_back(layer.value("units", std::string()));
    row.push_back(layer.value("long_name", std::string()));
    rows.push_back(std::move(row));
  }
  return std::string(stacked ? "\nFeatures\n" : "\nValues\n") +
         table({"name", "valid", "mean", "sd", "min", "max", "unit", "meaning"}, rows, 1, 5);
}

}  // namespace

std::string store_page(const Json& description) {
  return title(description) + place(description) + times(description) + storage(description) + values(description);
}

}  // namespace terroir
