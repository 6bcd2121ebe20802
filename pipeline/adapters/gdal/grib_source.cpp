#include "pipeline/adapters/gdal/grib_source.h"

#include "kernels/value.h"
#include "pipeline/adapters/gdal/grib_gaussian.h"
#include "pipeline/adapters/gdal/vsi_file.h"
#include "pipeline/error.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace terroir {
namespace {

std::string item(GDALRasterBandH band, const char* key) {
  const char* text = GDALGetMetadataItem(band, key, nullptr);
  return text == nullptr ? "" : text;
}

/// "[K]" without its brackets.
std::string without_brackets(const std::string& text) {
  return text.size() >= 2 && text.front() == '[' && text.back() == ']' ? text.substr(1, text.size() - 2) : text;
}

/// "2 metre temperature [K]" without its unit.
std::string title_of(const std::string& comment) {
  const std::size_t bracket = comment.rfind(" [");
  return bracket == std::string::npos ? comment : comment.substr(0, bracket);
}

class GribSource final : public Source {
 public:
  GribSource(std::unique_ptr<GdalSource> bands, std::vector<GribMessage> messages)
      : file_(std::move(bands)), messages_(std::move(messages)), facts_{file_->bands()[static_cast<std::size_t>(messages_[0].band)]} {
    facts_[0].description = messages_[0].title;
    facts_[0].unit = messages_[0].unit;
    // A message may have a section of local use before its grid.
    const auto number = gaussian_number(file_head(file_->path(), 4096));
    grid_ = number ? gaussian_grid(file_->grid(), *number, file_->path()) : file_->grid();
    times_.calendar = Calendar::standard;
    for (const auto& message : messages_) times_.seconds.push_back(message.seconds);
  }

  [[nodiscard]] const std::string& path() const noexcept override { return file_->path(); }
  [[nodiscard]] const Grid& grid() const noexcept override { return grid_; }
  [[nodiscard]] const TimeAxis& times() const noexcept override { return times_; }
  [[nodiscard]] const std::vector<BandFacts>& bands() const noexcept override { return facts_; }
  [[nodiscard]] ChunkShape chunk() const noexcept override { return file_->chunk(); }
  [[nodiscard]] bool interleaved() const noexcept override { return false; }
  [[nodiscard]] Fingerprint fingerprint() const override { return file_->fingerprint(); }
  [[nodiscard]] bool by_gdal() const noexcept override { return true; }
  [[nodiscard]] SampleType stored_type(int) const noexcept override { return file_->stored_type(messages_[0].band); }
  std::size_t read_chunk(std::span<const int>, const ChunkPlace& place, std::span<std::byte* const> out) override {
    const int band = messages_[static_cast<std::size_t>(place.time)].band;
    return file_->read_chunk({&band, 1}, {0, place.row, place.col}, out);
  }

 private:
  std::unique_ptr<GdalSource> file_;
  std::vector<GribMessage> messages_;
  std::vector<BandFacts> facts_;
  Grid grid_;
  TimeAxis times_;
};

std::vector<std::string> levels_of(const std::vector<GribMessage>& messages) {
  std::vector<std::string> levels;
  for (const auto& message : messages)
    if (std::find(levels.begin(), levels.end(), message.level) == levels.end()) levels.push_back(message.level);
  return levels;
}

}  // namespace

bool is_grib(const std::string& path) { return file_head(path, 128).find("GRIB") != std::string::npos; }

std::vector<GribMessage> grib_messages(GDALDatasetH dataset, const std::string& path) {
  std::vector<GribMessage> messages;
  for (int i = 1; i <= GDALGetRasterCount(dataset); ++i) {
    const GDALRasterBandH band = GDALGetRasterBand(dataset, i);
    const std::string time = item(band, "GRIB_VALID_TIME");
    if (time.empty())
      throw Error(Fault::mistake, path + ": message " + std::to_string(i) + " has no valid time; convert the file: cdo -f nc copy");
    messages.push_back({i - 1, item(band, "GRIB_ELEMENT"), item(band, "GRIB_SHORT_NAME"), without_brackets(item(band, "GRIB_UNIT")),
                        title_of(item(band, "GRIB_COMMENT")), std::strtoll(time.c_str(), nullptr, 10)});
  }
  return messages;
}

std::vector<std::string> grib_elements(const std::vector<GribMessage>& messages) {
  std::vector<std::string> elements;
  for (const auto& message : messages)
    if (std::find(elements.begin(), elements.end(), message.element) == elements.end()) elements.push_back(message.element);
  return elements;
}

std::unique_ptr<Source> open_grib(std::unique_ptr<GdalSource> bands, const std::vector<GribMessage>& messages, const SourcePart& part) {
  const std::string path = bands->path();
  std::vector<GribMessage> chosen;
  for (const auto& message : messages)
    if (message.element == part.variable) chosen.push_back(message);
  if (chosen.empty())
    throw Error(Fault::mistake, path + ": it has no variable '" + part.variable + "'; use " + list_words(grib_elements(messages)));
  const std::vector<std::string> levels = levels_of(chosen);
  if (part.level) std::erase_if(chosen, [&](const auto& m) { return std::strtod(m.level.c_str(), nullptr) != *part.level; });
  if (levels_of(chosen).size() != 1)
    throw Error(Fault::mistake, path + ": '" + part.variable + "' is on the levels " + list_words(levels, "and") +
                                    "; give select: {level: NUMBER}, the number before the dash");
  std::stable_sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
  const auto twice = std::adjacent_find(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) { return a.seconds == b.seconds; });
  if (twice != chosen.end())
    throw Error(Fault::mistake, path + ": '" + part.variable + "' has " + to_text(from_seconds(twice->seconds, Calendar::standard)) +
                                    " twice; split the file by its members or steps: grib_copy");
  return std::make_unique<GribSource>(std::move(bands), std::move(chosen));
}

}  // namespace terroir
