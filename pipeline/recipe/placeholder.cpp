#include "pipeline/recipe/placeholder.h"

#include "pipeline/recipe/report.h"

#include <algorithm>

namespace terroir {
namespace {

constexpr std::string_view opening = "${{", closing = "}}";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// What stands between the braces.
std::variant<Complaint, Placeholder> parse_inside(std::string_view inside) {
  const auto dot = inside.find('.');
  const std::string kind(inside.substr(0, dot));
  const std::string name(dot == std::string_view::npos ? std::string_view{} : inside.substr(dot + 1));
  const std::string whole = "${{" + std::string(inside) + "}}";
  if (kind != "inputs" && kind != "outputs")
    return Complaint{in_quotes(whole) + " is not known here",
                     did_you_mean(kind, {"inputs", "outputs"}, "use ${{inputs.NAME}} or, in the path of an output, ${{outputs.NAME}}")};
  if (!is_name(name)) return Complaint{in_quotes(whole) + " names nothing", "write ${{" + kind + ".NAME}}"};
  return Placeholder{kind == "outputs", name};
}

}  // namespace

Template split_placeholders(std::string_view text) {
  Template result;
  while (!text.empty()) {
    const auto begin = text.find(opening);
    if (begin > 0) result.pieces.emplace_back(std::string(text.substr(0, begin)));
    if (begin == std::string_view::npos) break;
    const auto end = text.find(closing, begin);
    if (end == std::string_view::npos) {
      result.complaints.push_back({"'${{' is not closed", "write ${{inputs.NAME}}"});
      break;
    }
    auto parsed = parse_inside(trimmed(text.substr(begin + opening.size(), end - begin - opening.size())));
    if (auto* complaint = std::get_if<Complaint>(&parsed))
      result.complaints.push_back(std::move(*complaint));
    else
      result.pieces.emplace_back(std::get<Placeholder>(std::move(parsed)));
    text.remove_prefix(end + closing.size());
  }
  return result;
}

bool has_placeholder(std::string_view text) noexcept { return text.find(opening) != std::string_view::npos; }

bool has_placeholder(const Value& value) noexcept {
  const auto has = [](const Value& v) { return has_placeholder(v); };
  return has_placeholder(std::string_view(value.text())) || std::any_of(value.items().begin(), value.items().end(), has) ||
         std::any_of(value.entries().begin(), value.entries().end(), [&](const auto& entry) { return has(entry.value); });
}

}  // namespace terroir
