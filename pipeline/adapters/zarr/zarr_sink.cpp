#include "pipeline/adapters/zarr/zarr_sink.h"

#include "pipeline/adapters/zarr/documents.h"
#include "pipeline/adapters/zarr/recording_store.h"
#include "pipeline/adapters/zarr/vrt_sidecar.h"
#include "pipeline/dataset/array_layout.h"
#include "pipeline/dataset/attributes.h"
#include "pipeline/dataset/coordinates.h"
#include "pipeline/dataset/encode_chunk.h"
#include "pipeline/dataset/tile_writers.h"

#include <cassert>

namespace terroir {
namespace {

class ZarrSink final : public Sink {
 public:
  ZarrSink(const Plan& plan, std::size_t output, Store& store, CrsReader& crs_reader)
      : plan_(plan), output_(plan.outputs.at(output)), store_(store), crs_reader_(crs_reader) {
    for (const auto& array : output_.arrays) layouts_.push_back(layout_of(plan, output_, array));
  }

  void encode(std::size_t array, std::span<const float> pixels, Bytes& out, std::vector<std::byte>& scratch,
              EncodeCounts& counts) const override {
    encode_chunk(layouts_[array], pixels, out, scratch, counts);
  }

  [[nodiscard]] std::unique_ptr<TileWriter> open_tile(std::size_t array, Index tile_row, Index tile_col) override {
    return is_v3() ? make_shard_writer(layouts_[array], store_, layouts_[array].shard_key(tile_row, tile_col))
                   : make_chunk_writer(layouts_[array], store_, tile_row, tile_col);
  }
  [[nodiscard]] std::vector<std::string> tile_keys(std::size_t array, Index tile_row, Index tile_col) const override {
    if (is_v3()) return {layouts_[array].shard_key(tile_row, tile_col)};
    return chunk_keys(layouts_[array], tile_row, tile_col);
  }
  [[nodiscard]] std::string root_key() const override { return is_v3() ? "zarr.json" : ".zgroup"; }

  [[nodiscard]] std::vector<std::string> names() const override {
    std::vector<std::string> out = {"zarr.json", ".zgroup", ".zattrs", ".zmetadata", "x", "y", "spatial_ref", "feature"};
    if (has_vrt(output_)) out.push_back(vrt_name(output_));
    for (const auto& name : feature_coordinate_names()) out.push_back(name);
    for (const auto& array : output_.arrays) {
      out.push_back(array.name);
      if (array.axis == no_entry) continue;
      const TimeAxis& axis = plan_.axes[array.axis];
      out.push_back(axis.name);
      if (!axis.bounds.empty()) out.push_back(axis.bounds_name());
    }
    return out;
  }

  std::vector<ObjectRecord> publish(const std::vector<std::vector<LayerStatistics>>& statistics, PartReader&) override {
    assert(statistics.size() == output_.arrays.size());
    RecordingStore store(store_);
    const auto coordinates = coordinates_of(plan_, output_, crs_reader_, statistics);
    std::vector<Variable> arrays;
    for (std::size_t i = 0; i < layouts_.size(); ++i)
      arrays.push_back(variable_of(layouts_[i], array_attributes(plan_, output_, output_.arrays[i], statistics[i])));
    std::vector<const Variable*> all;
    for (const auto& array : arrays) all.push_back(&array);
    for (const auto& coordinate : coordinates) {
      const auto [key, bytes] = is_v3() ? chunk_v3(coordinate) : chunk_v2(coordinate);
      store.put(key, bytes);
      all.push_back(&coordinate.variable);
    }
    if (has_vrt(output_)) write_vrt(plan_, output_, layouts_, store);
    const Json root = root_attributes(plan_);
    for (const auto& [key, text] : is_v3() ? documents_v3(all, root) : documents_v2(all, root)) {
      store.put(key, std::as_bytes(std::span(text)));
    }
    return store.records();
  }

 private:
  [[nodiscard]] bool is_v3() const noexcept { return output_.zarr_format == 3; }

  const Plan& plan_;
  const OutputPlan& output_;
  Store& store_;
  CrsReader& crs_reader_;
  std::vector<ArrayLayout> layouts_;
};

}  // namespace

std::unique_ptr<Sink> make_zarr_sink(const Plan& plan, std::size_t output, Store& store, CrsReader& crs_reader) {
  return std::make_unique<ZarrSink>(plan, output, store, crs_reader);
}

std::vector<std::string> excluded_readers(const OutputPlan& output) {
  std::vector<std::string> out;
  if (output.zarr_format == 3) {
    out.emplace_back("GDAL before 3.13 (and QGIS with it): no sharded Zarr 3; GDAL 3.6 shows an empty store without an error");
    out.emplace_back("zarr-python before 3: no Zarr 3");
    out.emplace_back("netCDF-C (ncdump, NCO, CDO): no sharded Zarr 3");
  } else {
    out.push_back("GDAL before 3.9 (and QGIS with it): reads the pixels but not the CRS" +
                  (has_vrt(output) ? "; give it " + vrt_name(output) + " in the store's folder" : std::string()));
    if (output.codec.name != CodecSpec::Name::none) {
      out.emplace_back("netCDF-C of Debian 12: has no plugins for compressed chunks and returns wrong numbers without an error");
    }
  }
  if (output.layout == Layout::stacked) out.emplace_back("TensorStore: reads the pixels but not the names of the features");
  return out;
}

}  // namespace terroir
