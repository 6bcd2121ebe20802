#include "pipeline/plan/layer_decoder.h"

#include "pipeline/plan/units.h"

#include <algorithm>
#include <map>

namespace terroir {
namespace {

std::size_t place_of(std::vector<Decoding>& decodings, const Decoding& decoding) {
  const auto found = std::find(decodings.begin(), decodings.end(), decoding);
  if (found != decodings.end()) return static_cast<std::size_t>(found - decodings.begin());
  decodings.push_back(decoding);
  return decodings.size() - 1;
}

}  // namespace

void LayerDecoder::decode(InventoryLayer& layer, const InventoryLayer::Part& first) {
  describe(layer, first);
  decode_files(layer, first);
}

const BandFacts& LayerDecoder::facts_of(const InventoryLayer::Part& part) const {
  return inventory_.files[part.file].source->bands()[static_cast<std::size_t>(part.band)];
}

void LayerDecoder::describe(InventoryLayer& layer, const InventoryLayer::Part& part) {
  const BandFacts& facts = facts_of(part);
  layer.grid = inventory_.files[part.file].planned.grid;
  layer.info.name = layer.name;
  layer.info.long_name = facts.description;
  layer.info.standard_name = facts.standard_name;
  layer.info.cell_methods = facts.cell_methods;
  layer.info.categorical = band_.decoding.categorical || spec_.decoding.categorical;
  layer.own_nodata = layer.info.categorical && !band_.decoding.nodata && !spec_.decoding.nodata;
  const UnitChoice choice = choose_unit(facts, {spec_.unit_as, spec_.unit}, units_);
  layer.info.unit = layer.info.categorical ? facts.unit : choice.unit;
  const std::string key = spec_.unit.empty() && !spec_.unit_as.empty() ? "unit_as" : "unit";
  if (layer.info.categorical) return;
  if (choice.warning) warn(key, spec_.at, choice.warning->first, choice.warning->second);
  if (choice.problem) complain(key, spec_.at, choice.problem->first, choice.problem->second);
}

/// Gives every file of a layer its decoding; units must be the same in all.
void LayerDecoder::decode_files(InventoryLayer& layer, const InventoryLayer::Part& first) {
  std::map<std::pair<std::size_t, int>, std::size_t> known;
  for (auto& parts : layer.steps)
    for (auto& part : parts) {
      const auto [found, fresh] = known.try_emplace({part.file, part.band}, 0);
      if (fresh) {
        if (facts_of(part).unit != facts_of(first).unit && spec_.unit_as.empty())
          return complain(
              "path", spec_.path_at,
              name_of(part.file) + " is in '" + facts_of(part).unit + "' and " + name_of(first.file) + " in '" + facts_of(first).unit + "'",
              "give each an input of its own, or say what all are with unit_as");
        if (!has_bits(part)) return;
        found->second = place_of(layer.decodings, decoding_of(layer, facts_of(part)));
      }
      part.decoding = found->second;
    }
}

/// Whether the stored numbers have the bits that are wanted of them; complains otherwise.
bool LayerDecoder::has_bits(const InventoryLayer::Part& part) {
  const auto& bits = band_.decoding.bits ? band_.decoding.bits : spec_.decoding.bits;
  const auto type = sample_type(facts_of(part).dtype);
  if (!bits || !type) return true;
  const int last = static_cast<int>(8 * sample_bytes(*type)) - 1;
  if (is_integer(*type) && bits->second <= last) return true;
  const std::string of_band = "bands." + band_.layer + ".bits", is = name_of(part.file) + " is of " + facts_of(part).dtype;
  const auto [key, at] = band_.decoding.bits ? std::pair(of_band, band_.at) : std::pair(std::string("bits"), spec_.at);
  if (is_integer(*type))
    complain(key, at, is + ", which has no bit " + std::to_string(bits->second), "name bits from 0 to " + std::to_string(last));
  else
    complain(key, at, is + ", and only integers have bits", "leave `bits` out, or name a band of integers");
  return false;
}

Decoding LayerDecoder::decoding_of(const InventoryLayer& layer, const BandFacts& facts) const {
  const DecodingSpec& own = band_.decoding;
  const DecodingSpec& all = spec_.decoding;
  Decoding decoding;
  decoding.categorical = layer.info.categorical;
  const bool told = own.nodata || all.nodata;
  decoding.nodata = own.nodata ? own.nodata : all.nodata ? all.nodata : facts.nodata;
  if (!told) decoding.missing = facts.missing, decoding.valid = facts.valid;
  decoding.bits = own.bits ? own.bits : all.bits;
  decoding.scale = own.scale.value_or(all.scale.value_or(facts.scale));
  decoding.offset = own.offset.value_or(all.offset.value_or(facts.offset));
  if (decoding.categorical) decoding.scale = own.scale.value_or(1), decoding.offset = own.offset.value_or(0);
  if (decoding.categorical) return decoding;
  const UnitMap map = choose_unit(facts, {spec_.unit_as, spec_.unit}, units_).map;
  if (map == UnitMap{}) return decoding;
  decoding.scale *= map.scale;
  decoding.offset = decoding.offset * map.scale + map.offset;
  return decoding;
}

}  // namespace terroir
