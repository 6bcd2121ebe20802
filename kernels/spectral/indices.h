#pragma once

#include <string_view>

/// The indices that spectral_index knows, as data: formulas of Awesome Spectral Indices v0 (Montero et al. 2023, Scientific Data 10)
/// in the language of expression.
namespace terroir::kernels::spectral {

struct Index {
  std::string_view name, long_name, formula;
};

/// A number that formulas name and a recipe may set.
struct Constant {
  std::string_view name;
  double value;
};

/// Bands that a formula may name: A aerosol, B blue, G green, R red, RE1-RE3 red edge, N and N2 near infrared, S1 and S2 short-wave
/// infrared, T thermal. Every other name in a formula is one of the constants.
inline constexpr std::string_view bands[] = {"A", "B", "G", "R", "RE1", "RE2", "RE3", "N", "N2", "S1", "S2", "T"};

inline constexpr Constant constants[] = {{"L", 1}, {"C1", 6}, {"C2", 7.5}, {"g", 2.5}, {"gamma", 1}};

/// The indices' kernel of kNDVI is the RBF kernel with sigma = (N + R) / 2, which makes it tanh(NDVI^2).
inline constexpr Index indices[] = {
    {"NDVI", "Normalized Difference Vegetation Index", "(N - R) / (N + R)"},
    {"EVI", "Enhanced Vegetation Index", "g * (N - R) / (N + C1 * R - C2 * B + L)"},
    {"EVI2", "Two-Band Enhanced Vegetation Index", "g * (N - R) / (N + 2.4 * R + L)"},
    {"SAVI", "Soil-Adjusted Vegetation Index", "(1 + L) * (N - R) / (N + R + L)"},
    {"MSAVI", "Modified Soil-Adjusted Vegetation Index", "0.5 * (2 * N + 1 - ((2 * N + 1) ** 2 - 8 * (N - R)) ** 0.5)"},
    {"OSAVI", "Optimized Soil-Adjusted Vegetation Index", "(N - R) / (N + R + 0.16)"},
    {"ARVI", "Atmospherically Resistant Vegetation Index", "(N - (R - gamma * (R - B))) / (N + (R - gamma * (R - B)))"},
    {"GNDVI", "Green Normalized Difference Vegetation Index", "(N - G) / (N + G)"},
    {"NDREI", "Normalized Difference Red Edge Index", "(N - RE1) / (N + RE1)"},
    {"RENDVI", "Red Edge Normalized Difference Vegetation Index", "(RE2 - RE1) / (RE2 + RE1)"},
    {"CIRE", "Chlorophyll Index Red Edge", "N / RE1 - 1"},
    {"CIG", "Chlorophyll Index Green", "N / G - 1"},
    {"MCARI", "Modified Chlorophyll Absorption in Reflectance Index", "((RE1 - R) - 0.2 * (RE1 - G)) * (RE1 / R)"},
    {"IRECI", "Inverted Red-Edge Chlorophyll Index", "(RE3 - R) / (RE1 / RE2)"},
    {"S2REP", "Sentinel-2 Red-Edge Position", "705 + 35 * (((RE3 + R) / 2 - RE1) / (RE2 - RE1))"},
    {"PSRI", "Plant Senescing Reflectance Index", "(R - B) / RE2"},
    {"NIRv", "Near-Infrared Reflectance of Vegetation", "((N - R) / (N + R)) * N"},
    {"kNDVI", "Kernel Normalized Difference Vegetation Index", "tanh(((N - R) / (N + R)) ** 2)"},
    {"VARI", "Visible Atmospherically Resistant Index", "(G - R) / (G + R - B)"},
    {"GLI", "Green Leaf Index", "(2 * G - R - B) / (2 * G + R + B)"},
    {"NDWI", "Normalized Difference Water Index", "(G - N) / (G + N)"},
    {"MNDWI", "Modified Normalized Difference Water Index", "(G - S1) / (G + S1)"},
    {"NDMI", "Normalized Difference Moisture Index", "(N - S1) / (N + S1)"},
    {"MSI", "Moisture Stress Index", "S1 / N"},
    {"AWEIsh", "Automated Water Extraction Index with Shadows Elimination", "B + 2.5 * G - 1.5 * (N + S1) - 0.25 * S2"},
    {"AWEInsh", "Automated Water Extraction Index", "4 * (G - S1) - 0.25 * N + 2.75 * S2"},
    {"NBR", "Normalized Burn Ratio", "(N - S2) / (N + S2)"},
    {"NBR2", "Normalized Burn Ratio 2", "(S1 - S2) / (S1 + S2)"},
    {"BAI", "Burned Area Index", "1 / ((0.1 - R) ** 2 + (0.06 - N) ** 2)"},
    {"BAIS2", "Burned Area Index for Sentinel 2", "(1 - ((RE2 * RE3 * N2) / R) ** 0.5) * ((S2 - N2) / (S2 + N2) ** 0.5 + 1)"},
    {"NDSI", "Normalized Difference Snow Index", "(G - S1) / (G + S1)"},
    {"NDBI", "Normalized Difference Built-Up Index", "(S1 - N) / (S1 + N)"},
    {"UI", "Urban Index", "(S2 - N) / (S2 + N)"},
    {"BI", "Bare Soil Index", "((S1 + R) - (N + B)) / ((S1 + R) + (N + B))"},
    {"NDTI", "Normalized Difference Turbidity Index", "(R - G) / (R + G)"},
    {"NDCI", "Normalized Difference Chlorophyll Index", "(RE1 - R) / (RE1 + R)"},
};

}  // namespace terroir::kernels::spectral
