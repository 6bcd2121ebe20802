/// Writes one store for each case into FOLDER, and FOLDER/cases.json with what readers must find in them.
///   write_store FOLDER
#include "kernels/moments.h"
#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/adapters/zarr/zarr_sink.h"
#include "tests/conformance/cases.h"

#include <fstream>
#include <iostream>

namespace {

using namespace terroir;

/// The pixels of a chunk, [feature][time][row][col]; NaN beyond the array.
std::vector<float> chunk_pixels(const OutputPlan& output, const ArrayPlan& array, Index first_feature, Index time, Window window) {
  std::vector<float> out;
  const auto features = static_cast<Index>(array.layers.size());
  for (Index f = 0; f < features; ++f) {
    for (Index t = time; t < time + array.time_chunk; ++t) {
      for (Index r = window.row; r < window.row_end(); ++r) {
        for (Index c = window.col; c < window.col_end(); ++c) {
          const bool inside = t < array.times && r < output.window.rows && c < output.window.cols;
          out.push_back(inside ? pixel(first_feature + f, t, r, c) : std::numeric_limits<float>::quiet_NaN());
        }
      }
    }
  }
  return out;
}

void write_tile(const OutputPlan& output, std::size_t array_index, Index first_feature, Index tile_row, Index tile_col, Sink& sink) {
  const ArrayPlan& array = output.arrays[array_index];
  const Window tile = output.tiles().at(tile_row, tile_col);
  const TileGrid chunks(tile, output.chunk);
  const auto writer = sink.open_tile(array_index, tile_row, tile_col);
  Bytes encoded;
  std::vector<std::byte> scratch;
  EncodeCounts counts;
  for (Index row = 0; row < chunks.counts().rows; ++row) {
    for (Index col = 0; col < chunks.counts().cols; ++col) {
      const Window window{tile.row + row * output.chunk.rows, tile.col + col * output.chunk.cols, output.chunk.rows, output.chunk.cols};
      for (Index t = 0; t < array.times; t += array.time_chunk) {
        sink.encode(array_index, chunk_pixels(output, array, first_feature, t, window), encoded, scratch, counts);
        writer->append(t / array.time_chunk, row, col, encoded);
      }
    }
  }
  (void)writer->close();
}

std::vector<LayerStatistics> statistics_of(const OutputPlan& output, const ArrayPlan& array, Index first_feature) {
  std::vector<LayerStatistics> out;
  for (Index f = 0; f < static_cast<Index>(array.layers.size()); ++f) {
    std::vector<float> pixels;
    for (Index t = 0; t < array.times; ++t) {
      for (Index r = 0; r < output.window.rows; ++r) {
        for (Index c = 0; c < output.window.cols; ++c) pixels.push_back(pixel(first_feature + f, t, r, c));
      }
    }
    const Shape shape = output.window.shape();
    observe_moments(Block<const float>(pixels.data(), array.times, shape, shape.area(), shape.cols), out.emplace_back());
  }
  return out;
}

void write_case(const Plan& plan, Store& store, CrsReader& crs_reader) {
  const OutputPlan& output = plan.outputs[0];
  const auto sink = make_zarr_sink(plan, 0, store, crs_reader);
  std::vector<std::vector<LayerStatistics>> statistics;
  for (std::size_t a = 0; a < output.arrays.size(); ++a) {
    // Arrays of one layer each count as features too, so that no two hold the same pixels.
    const auto first_feature = static_cast<Index>(a);
    const Shape tiles = output.tiles().counts();
    for (Index row = 0; row < tiles.rows; ++row) {
      for (Index col = 0; col < tiles.cols; ++col) write_tile(output, a, first_feature, row, col, *sink);
    }
    statistics.push_back(statistics_of(output, output.arrays[a], first_feature));
  }
  NoParts no_parts;
  sink->publish(statistics, no_parts);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_store FOLDER\n";
    return 2;
  }
  const std::string folder = argv[1];
  ProjCrsReader crs_reader;
  auto cases = nlohmann::ordered_json::array();
  for (const auto& one : all_cases()) {
    const Plan plan = plan_of(one, one.crs.empty() ? Crs() : crs_reader.read(one.crs));
    const auto store = make_folder_store(folder + "/" + one.name + ".zarr");
    write_case(plan, *store, crs_reader);
    cases.push_back(expectation(one, plan));
    cases.back()["excluded_readers"] = excluded_readers(plan.outputs[0]);
  }
  std::ofstream(folder + "/cases.json") << cases.dump(1) << "\n";
  return 0;
}
