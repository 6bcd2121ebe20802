#include "tests/pipeline/recipe/recipe_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const std::string literals = R"(version: 1
parameters:
  year: {type: integer, default: 2024}
  factor: {type: number, default: 1}
  keep: {type: boolean, default: false}
  unit: {type: string, default: degree}
inputs:
  dem: {path: "${{inputs.folder}}/${{ inputs.year }}/dem.tif"}
steps:
  clear: {process: mask_values, data: dem, mask: dem, values: [0], invert: "${{inputs.keep}}"}
  slope: {process: slope, data: clear, unit: "${{inputs.unit}}", z_factor: "${{inputs.factor}}"}
outputs:
  out: {path: "${{outputs.folder}}/slope.zarr"}
)";

std::string setting(const Recipe& recipe, std::size_t step, const std::string& name) {
  for (const auto& [key, value] : recipe.steps[step].settings)
    if (key == name) return value.text();
  return "absent";
}

TEST(Bindings, LiteralsAreSetAsAzurePrintsThem) {
  const auto parsed =
      parse_text(literals, {{{"folder", "/mnt/in/"}, {"year", "2025"}, {"factor", "1e-05"}, {"keep", "True"}}, {{"folder", "/mnt/out"}}});
  ASSERT_TRUE(parsed.recipe);
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
  const Recipe& recipe = *parsed.recipe;
  EXPECT_EQ(recipe.inputs[0].path, "/mnt/in/2025/dem.tif");
  EXPECT_EQ(recipe.inputs[0].path_text, "${{inputs.folder}}/2025/dem.tif");
  EXPECT_EQ(recipe.outputs[0].path, "/mnt/out/slope.zarr");
  EXPECT_EQ(setting(recipe, 0, "invert"), "true");
  EXPECT_EQ(setting(recipe, 1, "unit"), "degree");
  EXPECT_EQ(setting(recipe, 1, "z_factor"), "1e-05");
  EXPECT_THAT(recipe.literals, ElementsAre(Pair("year", "2025"), Pair("factor", "1e-05"), Pair("keep", "true"), Pair("unit", "degree")));
}

TEST(Bindings, OneValueWrittenInTwoWaysIsOneRecipe) {
  const auto canonical = [](const std::string& number) {
    return flow(canonical_recipe(*parse_text(literals, {{{"folder", "a"}, {"factor", number}}, {{"folder", "o"}}}).recipe));
  };
  EXPECT_EQ(canonical("1e-05"), canonical("0.00001"));
  EXPECT_NE(canonical("1e-05"), canonical("2e-05"));
}

TEST(Bindings, PathsAreNotPartOfTheCanonicalRecipe) {
  const auto canonical = [](const std::string& folder) {
    return flow(canonical_recipe(*parse_text(literals, {{{"folder", folder}}, {{"folder", folder}}}).recipe));
  };
  EXPECT_EQ(canonical("/a"), canonical("/b"));
}

TEST(Bindings, WrongValuesAreToldWhereTheParameterStands) {
  EXPECT_THAT(messages(literals, {{{"folder", "a"}, {"year", "soon"}, {"keep", "maybe"}}, {{"folder", "o"}}}),
              ElementsAre("r.yml:3:3: parameters.year: --input year='soon' is not a whole number; give a whole number",
                          "r.yml:5:3: parameters.keep: --input keep='maybe' is not true or false; give true or false"));
}

TEST(Bindings, AValueIsDataAndNeverRecipe) {
  const auto parsed =
      parse_text(skeleton(1, "version: 1\nparameters: {u: {type: string}}\nname: \"${{inputs.u}}\""), {{{"u", "a, steps: {x: [1]}"}}, {}});
  ASSERT_TRUE(parsed.recipe);
  EXPECT_EQ(parsed.recipe->name, "a, steps: {x: [1]}");
  EXPECT_THAT(messages(skeleton(1, "version: 1\nparameters: {u: {type: string}}\nname: \"${{inputs.u}}\""), {{{"u", "${{inputs.v}}"}}, {}}),
              ElementsAre("r.yml:2:14: parameters.u: --input u='${{inputs.v}}' is not text; give text"));
}

struct Use {
  std::string text;
  std::vector<std::string> messages;
};

void PrintTo(const Use& use, std::ostream* out) { *out << use.text; }

class WrongUse : public testing::TestWithParam<Use> {};

TEST_P(WrongUse, IsTold) { EXPECT_EQ(messages(skeleton(1, GetParam().text)), GetParam().messages); }

INSTANTIATE_TEST_SUITE_P(
    Bindings, WrongUse,
    testing::Values(Use{"version: 1\nname: ${{inputs.x}}",
                        {"r.yml:2:7: name: '${{inputs.x}}' is not declared; declare it, as parameters: {x: {type: number}}"}},
                    Use{"version: 1\nparameters: {year: {type: integer, default: 1}}\nname: ${{inputs.yeer}} ${{inputs.year}}",
                        {"r.yml:3:7: name: '${{inputs.yeer}}' is not declared; did you mean 'year'?"}},
                    Use{"version: 1\nname: ${{outputs.o}}",
                        {"r.yml:2:7: name: '${{outputs.o}}' is a path, which may stand only in the path of an output; move it there, or "
                         "declare 'o' under "
                         "parameters"}},
                    Use{"version: 1\nname: ${{input.x}}", {"r.yml:2:7: name: '${{input.x}}' is not known here; did you mean 'inputs'?"}},
                    Use{"version: 1\nname: ${{parent.inputs.x}}",
                        {"r.yml:2:7: name: '${{parent.inputs.x}}' is not known here; use ${{inputs.NAME}} or, in the path of an output, "
                         "${{outputs.NAME}}"}},
                    Use{"version: 1\nname: ${{inputs.x", {"r.yml:2:7: name: '${{' is not closed; write ${{inputs.NAME}}"}},
                    Use{"version: 1\nname: ${{inputs.}}", {"r.yml:2:7: name: '${{inputs.}}' names nothing; write ${{inputs.NAME}}"}},
                    Use{"version: 1\nparameters: {x: 3}\nname: ${{inputs.x}}",
                        {"r.yml:2:17: parameters.x: a parameter needs a type; write x: {type: number, default: VALUE}"}},
                    Use{"version: 1\nparameters: {x: {type: float}}\nname: ${{inputs.x}}",
                        {"r.yml:2:24: parameters.x.type: 'float' is not a choice; use string, integer, number or boolean"}},
                    Use{"version: 1\nparameters: {x: {type: number}}\nname: ${{inputs.x}}",
                        {"r.yml:2:14: parameters.x: nothing is given for it; give --input x=VALUE or a default"}},
                    Use{"version: 1\nparameters: {x: {type: number, defalt: 1}}\nname: ${{inputs.x}}",
                        {"r.yml:2:32: parameters.x.defalt: unknown key 'defalt'; did you mean 'default'?"}},
                    Use{"version: 1\nparameters: {x: {type: number, default: many}}\nname: ${{inputs.x}}",
                        {"r.yml:2:41: parameters.x.default: 'many' is not a number; give a number"}}));

TEST(Bindings, AnInputIsNotReadFromAnOutput) {
  EXPECT_THAT(
      messages(skeleton(3, "  dem: {path: \"${{outputs.o}}/dem.tif\"}")),
      ElementsAre("r.yml:3:15: inputs.dem.path: '${{outputs.o}}' is a path, which may stand only in the path of an output; move it there, "
                  "or declare 'o' under parameters"));
}

TEST(Bindings, AMissingPathIsToldOnce) {
  EXPECT_THAT(messages(skeleton(3, "  dem: {path: \"${{inputs.d}}/a.tif\"}\n  b: {path: \"${{inputs.d}}/b.tif\"}\ngrid: {like: b}")),
              ElementsAre("r.yml:3:15: inputs.dem.path: nothing is given for ${{inputs.d}}; give --input d=PATH"));
}

}  // namespace
}  // namespace terroir
