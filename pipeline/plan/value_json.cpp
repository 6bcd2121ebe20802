#include "pipeline/plan/value_json.h"

#include <cmath>

namespace terroir {
namespace {

nlohmann::ordered_json scalar_json(const Value& value) {
  if (!value.plain()) return value.text();
  if (value.text() == "true" || value.text() == "false") return value.text() == "true";
  if (const auto whole = value.integer()) return *whole;
  const auto number = value.number();
  if (number && std::isfinite(*number)) return *number;
  return value.text();
}

}  // namespace

nlohmann::ordered_json to_json(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return nullptr;
    case Value::Kind::scalar: return scalar_json(value);
    case Value::Kind::list: {
      auto list = nlohmann::ordered_json::array();
      for (const Value& item : value.items()) list.push_back(to_json(item));
      return list;
    }
    case Value::Kind::map: break;
  }
  auto map = nlohmann::ordered_json::object();
  for (const auto& entry : value.entries()) map[entry.key] = to_json(entry.value);
  return map;
}

}  // namespace terroir
