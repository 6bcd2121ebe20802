#include "pipeline/adapters/netcdf/netcdf_sink.h"

#include "pipeline/adapters/netcdf/netcdf_writer.h"
#include "pipeline/dataset/attributes.h"
#include "pipeline/dataset/coordinates.h"
#include "pipeline/dataset/part_sink.h"
#include "pipeline/dataset/staged_file.h"
#include "pipeline/error.h"

#include <cassert>
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

  std::vector<ObjectRecord> publish(const Statistics& statistics, PartReader& parts) override {
    assert(statistics.size() == output().arrays.size());
    const StagedFile scratch(".nc");
    try {
      define(scratch.path(), statistics);
      fill(scratch.path(), parts);
    } catch (const NetcdfFailure& failure) {
      throw Error(Fault::system, scratch.failure(failure.what()));
    }
    return {scratch.publish(store(), file_name_)};
  }

 private:
  void define(const std::string& path, const Statistics& statistics) {
    std::vector<Variable> arrays;
    for (std::size_t i = 0; i < layouts().size(); ++i)
      arrays.push_back(variable_of(layouts()[i], array_attributes(plan_, output(), output().arrays[i], statistics[i])));
    define_netcdf(path, coordinates_of(plan_, output(), crs_reader_, statistics), arrays, root_attributes(plan_));
  }

  void fill(const std::string& path, PartReader& parts) {
    ChunkAppender file(path);
    for (std::size_t array = 0; array < layouts().size(); ++array) {
      file.select(layouts()[array].name);
      for_each_chunk(array, parts, [&](const PartChunk& chunk) { file.write(offset_of(layouts()[array], chunk), chunk.bytes); });
    }
    file.close();
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
};

}  // namespace

std::unique_ptr<Sink> make_netcdf_sink(const Plan& plan, std::size_t output, Store& store, CrsReader& crs_reader, std::string file_name) {
  return std::make_unique<NetcdfSink>(plan, output, store, crs_reader, std::move(file_name));
}

}  // namespace terroir
