#include "pipeline/adapters/hdf5/hdf5_dataset.h"

#include "pipeline/adapters/hdf5/hdf5_handle.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace terroir {
namespace {

bool same_sizes(std::span<const Index> wanted, const std::vector<hsize_t>& found) {
  return std::equal(wanted.begin(), wanted.end(), found.begin(), found.end(),
                    [](Index a, hsize_t b) { return a == static_cast<Index>(b); });
}

bool read_filters(hid_t properties, std::size_t element, std::vector<ChunkFilter>& filters) {
  const int count = H5Pget_nfilters(properties);
  for (int i = 0; i < count; ++i) {
    std::array<unsigned, 8> values{};
    std::size_t used = values.size();
    unsigned flags = 0, config = 0;
    const auto number = static_cast<unsigned>(i);
    const H5Z_filter_t filter = H5Pget_filter2(properties, number, &flags, &used, values.data(), 0, nullptr, &config);
    if (filter == H5Z_FILTER_DEFLATE)
      filters.push_back(ChunkFilter::deflate);
    else if (filter == H5Z_FILTER_SHUFFLE && (used == 0 || values[0] == element))
      filters.push_back(ChunkFilter::shuffle);
    else if (filter == H5Z_FILTER_FLETCHER32)
      filters.push_back(ChunkFilter::fletcher32);
    else
      return false;
  }
  return count >= 0;
}

/// Numbers of the machine's formats in one of the two byte orders.
bool read_type(hid_t dataset, std::size_t element, bool& swapped) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  if (!type.good() || H5Tget_size(type.get()) != element) return false;
  const H5T_class_t kind = H5Tget_class(type.get());
  if (kind != H5T_INTEGER && kind != H5T_FLOAT) return false;
  const bool full = H5Tget_precision(type.get()) == element * 8 && H5Tget_offset(type.get()) == 0;
  const H5T_order_t order = H5Tget_order(type.get());
  swapped = element > 1 && order == H5T_ORDER_BE;
  return full && (order == H5T_ORDER_LE || order == H5T_ORDER_BE);
}

void read_fill(hid_t dataset, hid_t properties, std::size_t element, std::vector<std::byte>& fill) {
  const Handle type(H5Dget_type(dataset), H5Tclose), native(H5Tget_native_type(type.get(), H5T_DIR_ASCEND), H5Tclose);
  fill.assign(element, std::byte{0});
  H5D_fill_value_t state = H5D_FILL_VALUE_UNDEFINED;
  if (H5Pfill_value_defined(properties, &state) >= 0 && state != H5D_FILL_VALUE_UNDEFINED && native.good())
    H5Pget_fill_value(properties, native.get(), fill.data());
}

/// Addresses of a few chunks from the library, for the indices of newer files. It looks for each from the beginning: a thousand take
/// some hundredths of a second, thirty thousand half a minute.
std::optional<ChunkIndex> ask_for_chunks(hid_t dataset, const Hdf5Expectation& expected) {
  constexpr hsize_t most = 1000;
  const Handle space(H5Dget_space(dataset), H5Sclose);
  hsize_t count = 0;
  if (H5Dget_num_chunks(dataset, space.get(), &count) < 0 || count > most) return std::nullopt;
  ChunkIndex index(expected.shape, expected.chunk);
  for (hsize_t i = 0; i < count; ++i) {
    std::vector<hsize_t> offset(expected.shape.size());
    unsigned mask = 0;
    haddr_t address = 0;
    hsize_t bytes = 0;
    if (H5Dget_chunk_info(dataset, space.get(), i, offset.data(), &mask, &address, &bytes) < 0) return std::nullopt;
    std::vector<Index> place;
    for (std::size_t d = 0; d < offset.size(); ++d) place.push_back(static_cast<Index>(offset[d]) / expected.chunk[d]);
    if (const auto slot = index.at(place)) index.chunks[*slot] = {address, static_cast<std::uint32_t>(bytes), mask};
  }
  return index;
}

bool plain_addresses(hid_t file) {
  const Handle properties(H5Fget_create_plist(file), H5Pclose);
  std::size_t address = 0, length = 0;
  hsize_t user_block = 0;
  return properties.good() && H5Pget_sizes(properties.get(), &address, &length) >= 0 && address == 8 && length == 8 &&
         H5Pget_userblock(properties.get(), &user_block) >= 0 && user_block == 0;
}

}  // namespace

std::optional<Hdf5Dataset> describe_hdf5(const LocalFile& local, const Hdf5Expectation& expected) {
  const std::lock_guard lock(hdf5_library());
  setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
  const Quiet quiet;
  const Handle file(H5Fopen(local.path().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.good() || !plain_addresses(file.get())) return std::nullopt;
  const Handle dataset(H5Dopen2(file.get(), expected.dataset.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.good()) return std::nullopt;
  const Handle space(H5Dget_space(dataset.get()), H5Sclose), properties(H5Dget_create_plist(dataset.get()), H5Pclose);
  std::vector<hsize_t> sizes(expected.shape.size());
  if (H5Sget_simple_extent_ndims(space.get()) != static_cast<int>(sizes.size())) return std::nullopt;
  H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
  // The array may have grown since the header was read elsewhere, or be smaller along a dimension that others share.
  if (!same_sizes(expected.shape, sizes)) return std::nullopt;
  Hdf5Dataset found;
  if (!read_type(dataset.get(), expected.element, found.swapped)) return std::nullopt;
  read_fill(dataset.get(), properties.get(), expected.element, found.fill);
  const H5D_layout_t layout = H5Pget_layout(properties.get());
  if (layout == H5D_CONTIGUOUS) {
    const haddr_t offset = H5Dget_offset(dataset.get());
    if (offset == HADDR_UNDEF || H5Pget_external_count(properties.get()) != 0) return std::nullopt;
    found.offset = offset;
    return found;
  }
  std::vector<hsize_t> chunk(sizes.size());
  if (layout != H5D_CHUNKED || H5Pget_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data()) < 0) return std::nullopt;
  if (!same_sizes(expected.chunk, chunk) || !read_filters(properties.get(), expected.element, found.filters)) return std::nullopt;
  H5O_info_t info;
  if (H5Oget_info(dataset.get(), &info) >= 0) found.index = walk_chunk_tree(local, info.addr, expected.shape, expected.chunk);
  if (!found.index) found.index = ask_for_chunks(dataset.get(), expected);
  if (!found.index) found.fetcher = ChunkFetcher::open(local.path(), expected.dataset);
  return found.index || found.fetcher ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace terroir
