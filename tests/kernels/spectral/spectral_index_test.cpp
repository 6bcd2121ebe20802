#include "tests/kernels/spectral/support/bands.h"

namespace terroir::test {
namespace {

// The other bands and indices of the same test data.
const std::vector<float> blue = {0,    9167, 9198, 9589, 9154, 9122, 9202, 9475, 9029, 9052, 9145, 9385, 9153, 9134, 9157, 9389,
                                 9254, 9178, 9174, 9453, 9348, 9222, 9201, 9413, 9393, 9278, 9251, 9347, 9486, 9293, nan,  9317};
const std::vector<float> green = {0,    9929, 10056, 10620, 9913, 9904, 10061, 10621, 9853, 9874, 10116, 10429, 9901,  9970, 10121, 10395,
                                  9954, 9945, 10068, 10512, 9985, 9942, 10027, 10541, nan,  9980, 10062, 10371, 10101, 9971, 10044, 10275};
const std::vector<float> swir1 = {0,     nan,   17194, 18163, 16974, 16871, 17123, 18304, 16680, 16437, 16474,
                                  17519, 17004, 16453, 16001, 16800, 17230, 16906, 16442, 16840, 17237, 16969,
                                  16784, 17461, 17417, 17079, 17173, 17679, 17621, 17205, 17163, 17362};
const std::vector<float> swir2 = {0,     13175, 13558, 14952, 13291, 13159, 13516, 15029, 12924, 12676, nan,
                                  14009, 13294, 12728, 12370, 13289, 13507, 13163, 12763, 13499, 13570, 13219,
                                  13048, 14145, 13770, 13393, 13472, 14249, 14148, 13489, 13483, 13893};
const std::vector<float> expected_evi = {0,          1.5661007F, 1.4382279F, 1.0217365F, 1.4458131F, 1.544984F,  1.4036115F, nan,
                                         1.5662745F, 1.7274992F, 1.4820393F, 1.2281862F, 1.4591216F, 1.6802154F, 1.6963824F, 1.3721503F,
                                         1.4635549F, 1.5457553F, 1.6425549F, 1.3112202F, 1.4965355F, 1.5713791F, 1.5468937F, 1.1654801F,
                                         1.5143654F, 1.5337442F, 1.4365331F, 1.2165724F, 1.4805857F, 1.5785736F, nan,        1.2888849F};
const std::vector<float> expected_nbr = {nan,         0.09459506F, 0.08678813F, 0.04651979F, 0.07953876F, 0.09373278F, 0.09194128F,
                                         0.0511995F,  0.11172205F, 0.13064948F, nan,         0.09889686F, 0.08206456F, 0.1319056F,
                                         0.17204913F, 0.13746998F, 0.06941334F, 0.09529537F, 0.1424444F,  0.13044319F, 0.06047703F,
                                         0.08837626F, 0.11147429F, 0.09553041F, 0.04831018F, 0.07385381F, 0.08611742F, 0.07620993F,
                                         0.03162218F, 0.06924271F, 0.08484355F, 0.08508396F};
const std::vector<float> expected_nbr2 = {nan,         nan,         0.11823621F, 0.09696512F, 0.12169173F, 0.12360972F, 0.11772577F,
                                          0.09825099F, 0.12687474F, 0.12918627F, nan,         0.11132962F, 0.12245033F, 0.12765156F,
                                          0.1279828F,  0.11668716F, 0.12112438F, 0.12448036F, 0.12597159F, 0.11012229F, 0.11903139F,
                                          0.12422155F, 0.12523465F, 0.10491679F, 0.11693975F, 0.12096351F, 0.12077011F, 0.10742921F,
                                          0.10932041F, 0.121066F,   0.12008093F, 0.11099024F};
const std::vector<float> expected_ndmi = {nan,          nan,          -0.03177413F, -0.05067392F, -0.04256495F, -0.03022716F, -0.02606663F,
                                          -0.04728937F, -0.01537057F, 0.00148832F,  0.01682979F,  -0.01257116F, -0.04079571F, 0.00432691F,
                                          0.04505849F,  0.02112163F,  -0.05214949F, -0.02953535F, 0.01677381F,  0.02061706F,  -0.05897893F,
                                          -0.03624317F, -0.01395517F, -0.00948141F, -0.06901949F, -0.04753435F, -0.03501688F, -0.031477F,
                                          -0.07796776F, -0.0522614F,  -0.03560007F, -0.02615326F};
const std::vector<float> expected_cig = {nan,         0.60418975F, 0.6045147F,  0.5452919F, 0.57248056F, 0.6034935F, 0.6154458F,
                                         0.5677431F,  0.64163196F, 0.66963744F, 0.6842626F, 0.63812447F, 0.5827694F, 0.66459376F,
                                         0.730165F,   0.6859067F,  0.55937314F, 0.6024133F, 0.6888161F,  0.6694254F, 0.534001F,
                                         0.58740693F, 0.62780493F, 0.62536764F, nan,        0.55601203F, 0.5912343F, 0.6006171F,
                                         0.4921295F,  0.5541069F,  0.5912983F,  0.603601F};

struct Expected {
  std::string name;
  double value;
};

/// Indices of one pixel with these reflectances, from the published formulas in Python's double arithmetic.
const std::map<std::string, float> pixel = {{"A", 0.05F},   {"B", 0.04F}, {"G", 0.08F},  {"R", 0.06F},  {"RE1", 0.12F}, {"RE2", 0.25F},
                                            {"RE3", 0.30F}, {"N", 0.35F}, {"N2", 0.36F}, {"S1", 0.20F}, {"S2", 0.10F}};
const std::vector<Expected> expected = {
    {"NDVI", 0.707317073},  {"EVI", 0.514184397},    {"EVI2", 0.485274431},  {"SAVI", 0.411347518},  {"MSAVI", 0.472508278},
    {"OSAVI", 0.50877193},  {"ARVI", 0.794871795},   {"GNDVI", 0.627906977}, {"NDREI", 0.489361702}, {"RENDVI", 0.351351351},
    {"CIRE", 1.91666667},   {"CIG", 3.375},          {"MCARI", 0.104},       {"IRECI", 0.5},         {"S2REP", 721.153846},
    {"PSRI", 0.08},         {"NIRv", 0.247560976},   {"kNDVI", 0.462351048}, {"VARI", 0.2},          {"GLI", 0.230769231},
    {"NDWI", -0.627906977}, {"MNDWI", -0.428571429}, {"NDMI", 0.272727273},  {"MSI", 0.571428571},   {"AWEIsh", -0.61},
    {"AWEInsh", -0.2925},   {"NBR", 0.555555556},    {"NBR2", 0.333333333},  {"BAI", 11.6686114},    {"BAIS2", 0.202988905},
    {"NDSI", -0.428571429}, {"NDBI", -0.272727273},  {"UI", -0.555555556},   {"BI", -0.2},           {"NDTI", -0.142857143},
    {"NDCI", 0.333333333}};

TEST(SpectralIndex, EveryIndexOfOnePixel) {
  const Process* process = find_process("spectral_index");
  ASSERT_EQ(process->info.parameters[0].choices.size(), expected.size());
  std::vector<std::string> names;
  for (const auto& e : expected) names.push_back(e.name);
  std::map<std::string, std::vector<float>> bands;
  for (const auto& [name, value] : pixel) bands[name] = {value};
  const auto all = kernel("spectral_index", {set("index", words(names))});
  const auto together = compute(*all, bands);
  const auto info = all->outputs(std::vector<LayerInfo>(all->bands().size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(info[i].name, expected[i].name);
    EXPECT_NEAR(together[i](0, 0, 0), expected[i].value, 2e-6 * std::max(1.0, std::abs(expected[i].value))) << expected[i].name;
    const auto alone = compute(*kernel("spectral_index", {set("index", expected[i].name)}), bands);
    EXPECT_EQ(alone[0](0, 0, 0), together[i](0, 0, 0)) << expected[i].name;
  }
}

TEST(SpectralIndex, AgreesWithQgis) {
  const std::map<std::string, std::vector<float>> bands = {{"B", blue}, {"G", green}, {"R", red}, {"N", nir}, {"S1", swir1}, {"S2", swir2}};
  const auto out = compute(*kernel("spectral_index", {set("index", words({"NDVI", "NBR", "NBR2", "NDMI", "CIG", "EVI"}))}), bands);
  expect_pixels(out[0].view(), expected_ndvi, 1e-6F);
  expect_pixels(out[1].view(), expected_nbr, 1e-6F);
  expect_pixels(out[2].view(), expected_nbr2, 1e-6F);
  expect_pixels(out[3].view(), expected_ndmi, 1e-6F);
  expect_pixels(out[4].view(), expected_cig, 1e-6F);
  expect_pixels(out[5].view(), expected_evi, 2e-6F);
}

TEST(SpectralIndex, ConstantsAreParameters) {
  const std::map<std::string, std::vector<float>> bands = {{"N", {0.5F}}, {"R", {0.25F}}};
  // 1.5 * 0.25 / (0.75 + 0.5) = 0.3; with L = 1: 2 * 0.25 / 1.75.
  const Value half = Value::map({{"SAVI", {}, Value::map({{"L", {}, Value::scalar("0.5")}})}});
  expect_pixels(compute(*kernel("spectral_index", {set("index", "SAVI"), set("constants", half)}), bands)[0].view(), {0.3F}, 1e-7F);
  expect_pixels(compute(*kernel("spectral_index", {set("index", "SAVI")}), bands)[0].view(), {0.5F / 1.75F}, 1e-7F);
}

TEST(SpectralIndex, ZeroDivisorsAreMissing) {
  const std::map<std::string, std::vector<float>> bands = {{"N", {0, 0.2F, -0.2F}}, {"R", {0, 0.2F, 0.2F}}, {"RE1", {0, 0, 1}}};
  expect_pixels(compute(*kernel("spectral_index", {set("index", "NDVI")}), bands)[0].view(), {nan, 0, nan});
  expect_pixels(compute(*kernel("spectral_index", {set("index", "CIRE")}), bands)[0].view(), {nan, nan, -1.2F}, 1e-6F);
}

TEST(SpectralIndex, AsksForTheBandsOfItsFormulas) {
  const auto process = kernel("spectral_index", {set("index", words({"NDVI", "EVI", "NDMI"}))});
  EXPECT_EQ(process->bands(), (std::vector<std::string>{"N", "R", "B", "S1"}));
  const auto info = kernel("spectral_index", {set("index", words({"S2REP", "NDVI"}))})->outputs(std::vector<LayerInfo>(5));
  EXPECT_EQ(info[0].unit, "nm");
  EXPECT_EQ(info[1].unit, "1");
  EXPECT_EQ(info[1].long_name, "Normalized Difference Vegetation Index");
}

TEST(SpectralIndex, RefusesUnknownNames) {
  const auto constants = [](const std::string& index, const std::string& name, const std::string& value) {
    return set("constants", Value::map({{index, {}, Value::map({{name, {}, Value::scalar(value)}})}}));
  };
  EXPECT_EQ(complaint("spectral_index", {set("index", "NDVJ")}).substr(0, 55), "index: 'NDVJ' is not a choice; did you mean 'NDVI'? Cho");
  EXPECT_EQ(complaint("spectral_index", {set("index", "EVI"), constants("EVI", "C3", "1")}),
            "constants: EVI has no constant 'C3'; did you mean 'C1'?");
  EXPECT_EQ(complaint("spectral_index", {set("index", "NDVI"), constants("NDVI", "L", "1")}),
            "constants: NDVI has no constants; remove them");
  EXPECT_EQ(complaint("spectral_index", {set("index", "EVI"), constants("SAVI", "L", "1")}),
            "constants: constants are given for 'SAVI', which is not asked for; use EVI");
  EXPECT_EQ(complaint("spectral_index", {set("index", "EVI"), constants("EVI", "L", "one")}),
            "constants: 'one' is not a number; give L of EVI as a number");
}

}  // namespace
}  // namespace terroir::test
