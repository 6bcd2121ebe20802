#pragma once

#include "pipeline/plan/input_findings.h"
#include "pipeline/plan/inventory.h"

#include <string>
#include <vector>

namespace terroir {

/// Says what the numbers of an input's layer are and how those of each of its files become pixels.
class LayerDecoder : InputFindings {
 public:
  LayerDecoder(const InputSpec& spec, const BandSpec& band, UnitConverter& units, const Inventory& inventory,
               std::vector<Diagnostic>& diagnostics)
      : InputFindings(spec, diagnostics), band_(band), units_(units), inventory_(inventory) {}

  /// Fills the facts and decodings of a layer whose files and times are known; `first` is one of its parts.
  void decode(InventoryLayer& layer, const InventoryLayer::Part& first);

 private:
  void describe(InventoryLayer& layer, const InventoryLayer::Part& part);
  void decode_files(InventoryLayer& layer, const InventoryLayer::Part& first);
  [[nodiscard]] bool has_bits(const InventoryLayer::Part& part);
  [[nodiscard]] Decoding decoding_of(const InventoryLayer& layer, const BandFacts& facts) const;
  [[nodiscard]] const BandFacts& facts_of(const InventoryLayer::Part& part) const;
  [[nodiscard]] const std::string& name_of(std::size_t file) const { return inventory_.files[file].planned.name; }

  const BandSpec& band_;
  UnitConverter& units_;
  const Inventory& inventory_;
};

}  // namespace terroir
