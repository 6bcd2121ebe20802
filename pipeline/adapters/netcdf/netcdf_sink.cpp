#include "pipeline/adapters/netcdf/netcdf_sink.h"

#include "pipeline/adapters/netcdf/netcdf_writer.h"
#include "pipeline/dataset/attributes.h"
#include "pipeline/dataset/coordinates.h"
#include "pipeline/dataset/part_sink.h"
#include "pipeline/dataset/staged_file.h"
#include "pipeline/error.h"

#include <cassert>
#include <optional>
#include <utility>

namespace terroir {
namespace {

using Statistics = std::vector<std::vector<LayerStatistics>>;

class NetcdfSink final : public PartSink {
 public:
  NetcdfSink(const Plan& plan, std::size_t number, Store& store, CrsReader& crs_reader, std::string file_name)
      : PartSink(plan, plan.outputs.at(number), store), plan_(plan), crs_reader_(crs_reader), file_name_(std::move(file_name)) {}

  [[nodiscard]] std::string root_key() const override { return file_name_; }
  [[nodiscard]] std::vector<std::string> names() const override { return {file_name_}; }

  void take(Index tile, PartReader& parts) override {
    writing([&] {
      if (!scratch_) begin();
      for (std::size_t array = 0; array < layouts().size(); ++array)
        for_each_chunk(array, tile, parts,
                       [&](const PartChunk& chunk) { file_->write(array, offset_of(layouts()[array], chunk), chunk.bytes); });
    });
  }

  std::vector<ObjectRecord> publish(const Statistics& statistics, PartReader&) override {
    writing([&] {
      file_->close();
      finish_netcdf(scratch_->path(), coordinates(statistics), arrays(statistics));
    });
    const ObjectRecord file = scratch_->publish(store(), file_name_, file_->stretches());
    file_.reset();
    scratch_.reset();
    return {file};
  }

 private:
  template <class Work>
  void writing(const Work& work) {
    try {
      work();
    } catch (const NetcdfFailure& failure) {
      throw Error(Fault::system, scratch_->failure(failure.what()));
    }
  }

  /// What the pixels will tell is not known yet, and not written.
  void begin() {
    Statistics statistics;
    for (const auto& array : output().arrays) statistics.emplace_back(array.layers.size());
    scratch_.emplace(".nc");
    define_netcdf(scratch_->path(), coordinates(statistics), arrays(statistics), root_attributes(plan_));
    file_.emplace(scratch_->path(), arrays(statistics));
  }

  [[nodiscard]] std::vector<Coordinate> coordinates(const Statistics& statistics) {
    return coordinates_of(plan_, output(), crs_reader_, statistics);
  }

  [[nodiscard]] std::vector<Variable> arrays(const Statistics& statistics) const {
    assert(statistics.size() == output().arrays.size());
    std::vector<Variable> out;
    for (std::size_t i = 0; i < layouts().size(); ++i)
      out.push_back(variable_of(layouts()[i], array_attributes(plan_, output(), output().arrays[i], statistics[i])));
    return out;
  }

  static std::vector<Index> offset_of(const ArrayLayout& layout, const PartChunk& chunk) {
    std::vector<Index> offset;
    if (layout.has_time) offset.push_back(chunk.time * layout.time_chunk);
    if (layout.stacked) offset.push_back(0);
    offset.push_back(chunk.row * layout.chunk_area.rows);
    offset.push_back(chunk.col * layout.chunk_area.cols);
    return offset;
  }

  const Plan& plan_;
  CrsReader& crs_reader_;
  std::string file_name_;
  std::optional<StagedFile> scratch_;  ///< since the first tile
  std::optional<ChunkAppender> file_;
};

}  // namespace

std::unique_ptr<Sink> make_netcdf_sink(const Plan& plan, std::size_t output, Store& store, CrsReader& crs_reader, std::string file_name) {
  return std::make_unique<NetcdfSink>(plan, output, store, crs_reader, std::move(file_name));
}

}  // namespace terroir
