#include "pipeline/adapters/gdal/geotiff_sink.h"

#include "kernels/moments.h"
#include "pipeline/adapters/gdal/geotiff_file.h"
#include "pipeline/dataset/attributes.h"
#include "pipeline/dataset/part_sink.h"
#include "pipeline/error.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace terroir {
namespace {

using Statistics = std::vector<std::vector<LayerStatistics>>;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

std::map<std::string, std::string> texts_of(const Json& attributes) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : attributes.items()) out[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return out;
}

/// What a band says of its layer. Names of GDAL's metadata know no case: its own statistics take the place of ours.
std::map<std::string, std::string> band_metadata(const Plan& plan, LayerId layer, const LayerStatistics& statistics) {
  auto out = texts_of(layer_attributes(plan, layer, statistics));
  std::erase_if(out, [](const auto& item) { return item.first.starts_with("statistics_") || item.first == "units"; });
  return out;
}

/// GDAL's own names, which QGIS stretches colours by; of the numbers as they are stored. A band with all pixels of its layer has them.
void add_gdal_statistics(const LayerStatistics& s, TiffBand& band) {
  if (s[moments::count] == 0) return;
  const auto stored = [&](double value) { return (value - band.offset) / band.scale; };
  const double a = stored(s[moments::min]), b = stored(s[moments::max]);
  band.metadata["STATISTICS_MINIMUM"] = Json(std::min(a, b)).dump();
  band.metadata["STATISTICS_MAXIMUM"] = Json(std::max(a, b)).dump();
  band.metadata["STATISTICS_MEAN"] = Json(stored(s[moments::mean])).dump();
  band.metadata["STATISTICS_STDDEV"] = Json(standard_deviation(s, 0) / std::abs(band.scale)).dump();
}

class GeotiffSink final : public PartSink {
 public:
  GeotiffSink(const Plan& plan, std::size_t number, Store& store, std::string file_name)
      : PartSink(plan, plan.outputs.at(number), store), plan_(plan), file_name_(std::move(file_name)) {}

  [[nodiscard]] std::string root_key() const override { return names().back(); }
  [[nodiscard]] std::vector<std::string> names() const override {
    if (!file_name_.empty()) return {file_name_};
    std::vector<std::string> out;
    for (const auto& array : output().arrays) out.push_back(array.name + ".tif");
    return out;
  }

  std::vector<ObjectRecord> publish(const Statistics& statistics, PartReader& parts) override {
    assert(statistics.size() == output().arrays.size());
    std::vector<std::size_t> all(output().arrays.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    if (!file_name_.empty()) return {publish_file(file_name_, all, statistics, parts)};
    std::vector<ObjectRecord> out;
    for (const std::size_t array : all) out.push_back(publish_file(output().arrays[array].name + ".tif", {array}, statistics, parts));
    return out;
  }

 private:
  ObjectRecord publish_file(const std::string& name, const std::vector<std::size_t>& arrays, const Statistics& statistics,
                            PartReader& parts) {
    TiffHeader header;
    header.grid = output().grid;
    header.type = layouts()[arrays.front()].encoding.type;
    header.nodata = layouts()[arrays.front()].encoding.nodata;
    header.codec = output().codec;
    header.threads = plan_.resources.threads;  // those of the tiles have ended
    header.metadata = texts_of(root_attributes(plan_));
    header.metadata.erase("Conventions");
    header.categorical = true;
    std::vector<std::size_t> first;  // band of each array
    for (const std::size_t array : arrays) {
      first.push_back(header.bands.size());
      add_bands(array, statistics[array], header);
    }
    GeotiffFile file(std::move(header));
    for (std::size_t i = 0; i < arrays.size(); ++i) fill(arrays[i], first[i], parts, file);
    return file.publish(store(), name);
  }

  void add_bands(std::size_t number, const std::vector<LayerStatistics>& statistics, TiffHeader& header) const {
    const ArrayPlan& array = output().arrays[number];
    for (Index time = 0; time < array.times; ++time) {
      for (std::size_t f = 0; f < array.layers.size(); ++f) {
        const LayerInfo& info = plan_.layers[array.layers[f]].info;
        header.categorical = header.categorical && info.categorical;
        TiffBand band;
        band.unit = info.unit;
        band.scale = layouts()[number].encoding.scale_factor;
        band.offset = layouts()[number].encoding.add_offset;
        band.metadata = band_metadata(plan_, array.layers[f], statistics[f]);
        band.description = array.features[f];
        if (array.axis == no_entry) add_gdal_statistics(statistics[f], band);
        if (array.axis != no_entry) name_by_time(array, time, band);
        header.bands.push_back(std::move(band));
      }
    }
  }

  /// The date, and with several layers in a file the layer's name.
  void name_by_time(const ArrayPlan& array, Index time, TiffBand& band) const {
    const TimeAxis& axis = plan_.axes[array.axis];
    const std::string date = to_text(from_seconds(axis.seconds[at(time)], axis.calendar));
    const bool alone = array.layers.size() == 1 && (file_name_.empty() || output().arrays.size() == 1);
    band.description = alone ? date : date + " " + band.description;
    band.metadata[axis.name] = date;
    band.metadata["calendar"] = calendar_name(axis.calendar);
  }

  void fill(std::size_t number, std::size_t first_band, PartReader& parts, GeotiffFile& file) const {
    const ArrayLayout& layout = layouts()[number];
    const Index times = output().arrays[number].times;
    const std::size_t plane = at(layout.stored_area.area()) * size_of(layout.encoding.type);
    std::vector<std::byte> numbers(layout.chunk_bytes());
    for_each_chunk(number, parts, [&](const PartChunk& chunk) {
      decompress(layout.compression, chunk.bytes, numbers);
      const Window place{chunk.row * layout.chunk_area.rows, chunk.col * layout.chunk_area.cols, layout.stored_area.rows,
                         layout.stored_area.cols};
      const Window inside = intersect(place, {0, 0, layout.grid.rows, layout.grid.cols});
      for (Index t = 0; t < layout.time_chunk && chunk.time * layout.time_chunk + t < times; ++t)
        for (Index f = 0; f < layout.features; ++f) {
          const std::size_t band = first_band + at((chunk.time * layout.time_chunk + t) * layout.features + f);
          file.write(band, inside, std::span(numbers).subspan(at(t * layout.features + f) * plane, plane), layout.stored_area.cols);
        }
    });
  }

  const Plan& plan_;
  std::string file_name_;
};

}  // namespace

std::unique_ptr<Sink> make_geotiff_sink(const Plan& plan, std::size_t output, Store& store, std::string file_name) {
  return std::make_unique<GeotiffSink>(plan, output, store, std::move(file_name));
}

}  // namespace terroir
