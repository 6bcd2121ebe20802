#include "pipeline/commands/open_outputs.h"

#include "pipeline/adapters/folder/file_store.h"
#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/gdal/geotiff_sink.h"
#include "pipeline/adapters/netcdf/netcdf_sink.h"
#include "pipeline/adapters/zarr/zarr_sink.h"

#include <filesystem>

namespace terroir {
namespace {

/// The last part of a path, as make_file_store names its object.
std::string name_of_file(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return std::filesystem::path(path).filename().string();
}

}  // namespace

OpenedOutput open_output(const Plan& plan, std::size_t number, CrsReader& crs_reader) {
  const OutputPlan& output = plan.outputs[number];
  OpenedOutput out;
  out.store = output.is_one_file() ? make_file_store(output.path) : make_folder_store(output.path);
  switch (output.format) {
    case Format::zarr: out.sink = make_zarr_sink(plan, number, *out.store, crs_reader); break;
    case Format::netcdf: out.sink = make_netcdf_sink(plan, number, *out.store, crs_reader, name_of_file(output.path)); break;
    case Format::geotiff:
      out.sink = make_geotiff_sink(plan, number, *out.store, output.is_one_file() ? name_of_file(output.path) : "");
      break;
  }
  return out;
}

std::unique_ptr<Store> open_result(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::is_regular_file(path, unknown) ? make_file_store(path) : make_folder_store(path);
}

std::vector<std::string> readers_excluded(const OutputPlan& output) {
  return output.format == Format::zarr ? excluded_readers(output) : std::vector<std::string>();
}

}  // namespace terroir
