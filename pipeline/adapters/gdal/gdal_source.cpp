#include "pipeline/adapters/gdal/gdal_source.h"

#include "pipeline/adapters/gdal/remote_file.h"
#include "pipeline/adapters/gdal/vsi_file.h"
#include "pipeline/error.h"
#include "pipeline/ports/decode.h"
#include "tiling/buffer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

namespace terroir {
namespace {

GDALDataType gdal_type(SampleType type) {
  switch (type) {
    case SampleType::uint8:
    case SampleType::int8: return GDT_Byte;
    case SampleType::uint16: return GDT_UInt16;
    case SampleType::int16: return GDT_Int16;
    case SampleType::uint32: return GDT_UInt32;
    case SampleType::int32: return GDT_Int32;
    case SampleType::uint64: return GDT_UInt64;
    case SampleType::int64: return GDT_Int64;
    case SampleType::float32: return GDT_Float32;
    case SampleType::float64: return GDT_Float64;
  }
  return GDT_Unknown;
}

/// GDAL and libtiff report a failed system call like damaged data; errno still tells.
Fault fault_of_read() noexcept {
  constexpr std::array system = {EIO, ESTALE, ENOTCONN, ETIMEDOUT, EACCES, ENXIO, ENODEV};
  return std::find(system.begin(), system.end(), errno) != system.end() ? Fault::system : Fault::data;
}

/// Whether libtiff complains of bytes that it did not get, not of what is in them.
bool is_about_reading(std::string_view said) {
  constexpr std::array<std::string_view, 5> beginnings = {"Read error", "Seek error", "IO error", "Can not read", "Cannot read"};
  return std::any_of(beginnings.begin(), beginnings.end(), [&](auto text) { return said.find(text) != std::string_view::npos; });
}

/// The error of a read that failed. A storage that is asked again tells whether the network or the data are to blame.
Error failed_read(const std::string& path, std::span<const int> bands, const Window& window, Fault fault, const std::string& said) {
  const auto error = [&](Fault as, const std::string& why) { return read_error(as, path, bands, window, why); };
  if (is_remote(path)) {
    const RemoteAnswer answer = ask_after_failure(path);
    if (answer.kind != RemoteAnswer::Kind::file) return error(Fault::system, "cannot be fetched: " + remote_problem(path, answer));
    if (is_about_reading(said)) return error(Fault::system, "cannot be fetched (" + said + "); run the same command again to resume");
  }
  return error(fault, "cannot be decoded (" + said + "); the file is damaged: get a fresh copy of it");
}

/// Memory of this thread for stored numbers and masks, before they are pixels.
Buffer& scratch(std::size_t which) {
  thread_local std::array<Buffer, 2> buffers;
  return buffers[which];
}

/// Puts NaN where a mask says that there is nothing.
template <class T>
void hide(const std::uint8_t* valid, Index count, T* numbers) {
  for (Index i = 0; i < count; ++i) numbers[i] = valid[i] == 0 ? std::numeric_limits<T>::quiet_NaN() : numbers[i];
}

/// Whether doubles that were valid integers of 64 bits still are these: from 2^53 on they may be their neighbours.
bool kept_whole(const double* numbers, const std::uint8_t* valid, Index count) {
  constexpr double most = 9007199254740992;  // 2^53, which 2^53 + 1 becomes, too
  bool kept = true;
  for (Index i = 0; i < count; ++i) kept = kept && (valid[i] == 0 || std::abs(numbers[i]) < most);
  return kept;
}

/// Compressed bytes of a block, of all bands where they are kept together; nothing for one that was never written.
std::size_t block_bytes(GDALRasterBandH band, Index col, Index row) {
  std::array<char, 64> key{};
  std::snprintf(key.data(), key.size(), "BLOCK_SIZE_%lld_%lld", static_cast<long long>(col), static_cast<long long>(row));
  const char* size = GDALGetMetadataItem(band, key.data(), "TIFF");
  return size == nullptr ? 0 : static_cast<std::size_t>(std::strtoull(size, nullptr, 10));
}

}  // namespace

/// One read: the pixels wanted as the grid counts them and as the file does.
struct GdalSource::Request {
  HandlePool::Lease& lease;
  std::span<const int> bands;
  Window window, stored;

  [[nodiscard]] GDALRasterBandH band(int number) const { return GDALGetRasterBand(lease.get(), number + 1); }
};

Fingerprint GdalSource::fingerprint() const { return file_fingerprint(path_); }

bool GdalSource::stored_plainly() const noexcept {
  const bool masked = std::any_of(facts_.masks.begin(), facts_.masks.end(), [](MaskKind kind) { return kind != MaskKind::none; });
  return facts_.driver == "GTiff" && !path_.starts_with("/vsi") && !facts_.south_up && !masked;
}

void GdalSource::read_bands(const Request& request, std::span<const int> bands) const {
  const Window& w = request.stored;
  const GDALDataType type = gdal_type(file_type(bands[0]));
  std::vector<int> numbers(bands.begin(), bands.end());
  for (int& number : numbers) ++number;
  scratch(0).reserve(static_cast<std::size_t>(w.rows * w.cols) * bands.size() * static_cast<std::size_t>(GDALGetDataTypeSizeBytes(type)));
  const GdalMessages messages;
  errno = 0;
  const CPLErr failed =
      GDALDatasetRasterIOEx(request.lease.get(), GF_Read, static_cast<int>(w.col), static_cast<int>(w.row), static_cast<int>(w.cols),
                            static_cast<int>(w.rows), scratch(0).data(), static_cast<int>(w.cols), static_cast<int>(w.rows), type,
                            static_cast<int>(numbers.size()), numbers.data(), 0, 0, 0, nullptr);
  if (failed == CE_None) return;
  const Fault fault = fault_of_read();
  request.lease.discard();
  throw failed_read(path_, bands, request.window, fault, messages.text("no reason given"));
}

void GdalSource::place_band(const Request& request, int band, const std::byte* stored, std::byte* out) const {
  const auto bytes = static_cast<Index>(sample_bytes(file_type(band)));
  const Window& w = request.window;
  for (Index r = 0; r < w.rows; ++r)
    std::memcpy(out + r * facts_.chunk.cols * bytes, stored + (facts_.south_up ? w.rows - 1 - r : r) * w.cols * bytes,
                static_cast<std::size_t>(w.cols * bytes));
}

void GdalSource::place_masked_band(const Request& request, int band, const std::byte* stored, const std::uint8_t* mask,
                                   std::byte* out) const {
  const Window& w = request.window;
  const bool narrow = stored_type(band) == SampleType::float32;
  const auto type = gdal_type(file_type(band)), to = narrow ? GDT_Float32 : GDT_Float64;
  const int from_bytes = GDALGetDataTypeSizeBytes(type), to_bytes = GDALGetDataTypeSizeBytes(to);
  for (Index r = 0; r < w.rows; ++r) {
    const Index source_row = facts_.south_up ? w.rows - 1 - r : r;
    std::byte* row = out + r * facts_.chunk.cols * to_bytes;
    const std::byte* const numbers = stored + source_row * w.cols * from_bytes;
    const std::uint8_t* const valid = mask + source_row * w.cols;
    if (file_type(band) == SampleType::int8)  // GDAL before 3.7 takes it for a Byte
      std::copy_n(reinterpret_cast<const std::int8_t*>(numbers), w.cols, reinterpret_cast<float*>(row));
    else
      GDALCopyWords64(numbers, type, from_bytes, row, to, to_bytes, w.cols);
    if (sample_bytes(file_type(band)) == sizeof(double) && is_integer(file_type(band)) &&
        !kept_whole(reinterpret_cast<const double*>(row), valid, w.cols))
      throw read_error(
          Fault::data, path_, std::span(&band, 1), w,
          "it has a mask and holds integers beyond ±9007199254740991, which cannot be read together; convert it to 32 bits, or give "
          "it a nodata value instead of the mask");
    if (narrow)
      hide(valid, w.cols, reinterpret_cast<float*>(row));
    else
      hide(valid, w.cols, reinterpret_cast<double*>(row));
  }
}

const std::uint8_t* GdalSource::read_mask(const Request& request, int band) const {
  const Window& w = request.stored;
  scratch(1).reserve(static_cast<std::size_t>(w.rows * w.cols));
  auto* const valid = reinterpret_cast<std::uint8_t*>(scratch(1).data());
  const GdalMessages messages;
  errno = 0;
  if (GDALRasterIO(GDALGetMaskBand(request.band(band)), GF_Read, static_cast<int>(w.col), static_cast<int>(w.row), static_cast<int>(w.cols),
                   static_cast<int>(w.rows), valid, static_cast<int>(w.cols), static_cast<int>(w.rows), GDT_Byte, 0, 0) == CE_None)
    return valid;
  const Fault fault = fault_of_read();
  request.lease.discard();
  throw failed_read(path_, request.bands, request.window, fault, "their mask: " + messages.text("no reason given"));
}

SampleType GdalSource::stored_type(int band) const noexcept {
  if (mask(band) == MaskKind::none) return file_type(band);
  return exact_in_float32(file_type(band)) ? SampleType::float32 : SampleType::float64;
}

std::size_t GdalSource::stored_bytes(const Request& request, std::span<const int> bands) const {
  const Window& w = request.stored;
  const Shape block = facts_.block;
  std::size_t sum = 0;
  for (const int band : facts_.interleaved ? bands.first(1) : bands)
    for (Index row = w.row / block.rows; row * block.rows < w.row_end(); ++row)
      for (Index col = w.col / block.cols; col * block.cols < w.col_end(); ++col) sum += block_bytes(request.band(band), col, row);
  return sum;
}

std::size_t GdalSource::read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) {
  const Shape chunk = facts_.chunk;
  const Window window = intersect(facts_.grid.window(), {place.row * chunk.rows, place.col * chunk.cols, chunk.rows, chunk.cols});
  Window stored = window;
  if (facts_.south_up) stored.row = facts_.grid.shape().rows - window.row_end();
  HandlePool::Lease lease = pool_->acquire(path_);
  const Request request{lease, bands, window, stored};
  // Bands that are kept together are read together, so that their blocks are decoded once; so is a mask that they share.
  const bool alike = std::all_of(bands.begin(), bands.end(), [&](int band) { return file_type(band) == file_type(bands[0]); });
  const std::size_t group = facts_.interleaved && alike ? bands.size() : 1;
  const std::uint8_t* shared = nullptr;
  for (std::size_t first = 0; first < bands.size(); first += group) {
    read_bands(request, bands.subspan(first, group));
    for (std::size_t i = first; i < first + group; ++i) {
      const std::size_t plane = (i - first) * static_cast<std::size_t>(window.shape().area()) * sample_bytes(file_type(bands[first]));
      const std::byte* const numbers = scratch(0).data() + plane;
      if (mask(bands[i]) == MaskKind::none) {
        place_band(request, bands[i], numbers, out[i]);
        continue;
      }
      const bool own = mask(bands[i]) == MaskKind::own;
      const std::uint8_t* const valid = !own && shared != nullptr ? shared : read_mask(request, bands[i]);
      place_masked_band(request, bands[i], numbers, valid, out[i]);
      shared = own ? nullptr : valid;
    }
  }
  return stored_bytes(request, bands);
}

}  // namespace terroir
