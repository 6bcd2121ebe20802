#pragma once

#include "pipeline/ports/source.h"

#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// What sources have in common that tell of themselves what somebody has found.
class KnownSource : public Source {
 public:
  explicit KnownSource(SourceFacts facts) : facts_(std::move(facts)) {}

  [[nodiscard]] const std::string& path() const noexcept override { return facts_.path; }
  [[nodiscard]] const Grid& grid() const noexcept override { return facts_.grid; }
  [[nodiscard]] const TimeAxis& times() const noexcept override { return facts_.times; }
  [[nodiscard]] const std::vector<BandFacts>& bands() const noexcept override { return facts_.bands; }
  [[nodiscard]] ChunkShape chunk() const noexcept override { return facts_.chunk; }
  [[nodiscard]] bool interleaved() const noexcept override { return facts_.interleaved; }
  [[nodiscard]] Fingerprint fingerprint() const override { return facts_.fingerprint; }
  [[nodiscard]] SampleType stored_type(int band) const noexcept override { return facts_.types[static_cast<std::size_t>(band)]; }
  [[nodiscard]] std::size_t scratch_bytes() const noexcept override { return facts_.scratch; }
  [[nodiscard]] bool by_gdal() const noexcept override { return facts_.by_gdal; }

 protected:
  [[nodiscard]] const SourceFacts& facts() const noexcept { return facts_; }

 private:
  const SourceFacts facts_;
};

}  // namespace terroir
