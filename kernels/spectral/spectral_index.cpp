#include "kernels/define.h"
#include "kernels/expression_program.h"
#include "kernels/spectral/indices.h"

#include <algorithm>

namespace terroir::kernels {
namespace {

/// Place in the table of indices.
enum class IndexName : std::size_t {};

const spectral::Index& index_of(IndexName name) { return spectral::indices[static_cast<std::size_t>(name)]; }

std::vector<std::string> index_names() {
  std::vector<std::string> names;
  for (const auto& index : spectral::indices) names.emplace_back(index.name);
  return names;
}

bool is_band(std::string_view name) {
  return std::find(std::begin(spectral::bands), std::end(spectral::bands), name) != std::end(spectral::bands);
}

double default_of(std::string_view constant) {
  for (const auto& c : spectral::constants)
    if (c.name == constant) return c.value;
  return 0;
}

formula::Expression formula_of(const spectral::Index& index) {
  return std::get<formula::Expression>(formula::parse_expression(index.formula));
}

std::vector<std::string> constants_of(const spectral::Index& index) {
  std::vector<std::string> names;
  for (const auto& name : formula_of(index).names)
    if (!is_band(name)) names.push_back(name);
  return names;
}

struct SpectralIndex {
  std::vector<IndexName> index;
  Value constants;
  formula::Program program;

  static void describe(Describe<SpectralIndex>& d) {
    d.summary("Spectral indices of vegetation, water, burnt ground, snow, soil and built-up land from reflectances")
        .formula(formulas())
        .cite("Montero et al. 2023, Awesome Spectral Indices (formulas)")
        .scope(Scope::local)
        .take(Take::bands)
        .input("data", "1",
               "reflectances from 0 to 1 under the names A B G R RE1 RE2 RE3 N N2 S1 S2 T; only those of the formulas are needed")
        .output("name of the index", "1; S2REP: nm", "one layer for each index; nodata where a divisor is 0");
    d.param("index", &SpectralIndex::index, index_names(), "one index or a list of them").must_be_given().such_as("[NDVI, NDMI]");
    d.param("constants", &SpectralIndex::constants, "numbers in place of those of the formulas, as {SAVI: {L: 0.5}}");
  }

  /// All formulas, and the constants' values, for the reference.
  static std::string formulas() {
    std::string text;
    for (const auto& index : spectral::indices)
      text += (text.empty() ? "" : "; ") + std::string(index.name) + " = " + std::string(index.formula);
    for (const auto& c : spectral::constants) text += "; " + std::string(c.name) + " = " + number_text(c.value);
    return text;
  }

  [[nodiscard]] std::vector<std::pair<std::string, Complaint>> check() const {
    std::vector<std::pair<std::string, Complaint>> found;
    for (const auto& entry : constants.entries())
      if (auto complaint = wrong(entry)) found.emplace_back("constants", std::move(*complaint));
    return found;
  }

  void prepare() {
    std::vector<formula::Formula> all;
    for (const IndexName name : index) all.push_back(formula(index_of(name)));
    program = formula::Program(all);
  }

  [[nodiscard]] std::vector<std::string> bands() const { return program.layers(); }

  [[nodiscard]] std::vector<LayerInfo> outputs(std::span<const LayerInfo>) const {
    std::vector<LayerInfo> out;
    for (const IndexName name : index) {
      LayerInfo info;
      info.name = index_of(name).name;
      info.unit = info.name == "S2REP" ? "nm" : "1";
      info.long_name = index_of(name).long_name;
      info.formula = index_of(name).formula;
      out.push_back(info);
    }
    return out;
  }

  [[nodiscard]] std::size_t scratch_bytes(Index, Shape) const noexcept { return program.scratch_bytes(); }
  void run(const Args& args) const noexcept { program.run(args.in, args.out, args.scratch); }

 private:
  /// What is wrong with the constants of one index.
  [[nodiscard]] std::optional<Complaint> wrong(const Value::Entry& entry) const {
    const auto asked = std::find_if(index.begin(), index.end(), [&](IndexName n) { return index_of(n).name == entry.key; });
    if (asked == index.end()) {
      std::vector<std::string> names;
      for (const IndexName n : index) names.emplace_back(index_of(n).name);
      return Complaint{"constants are given for '" + entry.key + "', which is not asked for", suggestion(entry.key, names)};
    }
    if (!entry.value.is_map()) return Complaint{entry.value.describe() + " is not a map", "write constants: {" + entry.key + ": {L: 0.5}}"};
    const auto known = constants_of(index_of(*asked));
    for (const auto& constant : entry.value.entries()) {
      if (known.empty()) return Complaint{entry.key + " has no constants", "remove them"};
      if (std::find(known.begin(), known.end(), constant.key) == known.end())
        return Complaint{entry.key + " has no constant '" + constant.key + "'", suggestion(constant.key, known)};
      const auto number = constant.value.number();
      if (!number || !(*number - *number == 0))
        return Complaint{constant.value.describe() + " is not a number", "give " + constant.key + " of " + entry.key + " as a number"};
    }
    return std::nullopt;
  }

  static std::string suggestion(const std::string& word, const std::vector<std::string>& words) {
    const auto near = nearest_word(word, words);
    return near ? "did you mean '" + *near + "'?" : "use " + list_words(words);
  }

  [[nodiscard]] formula::Formula formula(const spectral::Index& of) const {
    formula::Formula made{formula_of(of), {}};
    const Value* given = constants.find(of.name);
    for (const auto& name : constants_of(of)) {
      const Value* number = given == nullptr ? nullptr : given->find(name);
      made.constants.emplace_back(name, number == nullptr ? default_of(name) : number->number().value_or(0));
    }
    return made;
  }
};

}  // namespace

Process spectral_index() { return define<SpectralIndex>(); }

}  // namespace terroir::kernels
