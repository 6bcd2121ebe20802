#include "pipeline/cf/cf_source.h"

#include "pipeline/error.h"
#include "tiling/lent_buffer.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace terroir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Copies rows of elements whose places in the storage are `stride` elements apart.
template <class T>
void gather(const std::byte* from, Index stride, Index count, std::byte* to) {
  for (Index i = 0; i < count; ++i) std::memcpy(to + at(i) * sizeof(T), from + i * stride * static_cast<Index>(sizeof(T)), sizeof(T));
}

void copy_row(const std::byte* from, Index stride, Index count, std::size_t element, std::byte* to) {
  if (stride == 1) return static_cast<void>(std::memcpy(to, from, at(count) * element));
  switch (element) {
    case 1: return gather<std::uint8_t>(from, stride, count, to);
    case 2: return gather<std::uint16_t>(from, stride, count, to);
    case 4: return gather<std::uint32_t>(from, stride, count, to);
    default: return gather<std::uint64_t>(from, stride, count, to);
  }
}

}  // namespace

CfSource::CfSource(std::string path, CfDescription description, std::unique_ptr<StoredArray> array, const Fingerprint& fingerprint)
    : path_(std::move(path)), about_(std::move(description)), array_(std::move(array)), fingerprint_(fingerprint) {
  const auto& storage = array_->chunk();
  chunk_ = {about_.time ? storage[*about_.time] : 1, {storage[about_.y], storage[about_.x]}};
  element_ = sample_bytes(about_.type);
  storage_bytes_ = element_;
  Index others = 1;
  for (std::size_t d = 0; d < storage.size(); ++d) {
    storage_bytes_ *= at(storage[d]);
    if (d != about_.y && d != about_.x && (!about_.time || d != *about_.time)) others *= storage[d];
  }
  const bool ordered = about_.y < about_.x && (!about_.time || *about_.time < about_.y);
  direct_ = ordered && others == 1 && !about_.south_up && !about_.mirrored;
}

std::pair<Index, Index> CfSource::Run::inside(Index place) const noexcept {
  return {std::max(begin, place * chunk), std::min(end, (place + 1) * chunk)};
}

CfSource::Run CfSource::run_along(std::size_t dimension, Index place, bool backwards) const {
  const Index size = about_.shape[dimension], chunk = array_->chunk()[dimension];
  const Index first = place * chunk, end = std::min(first + chunk, size);
  Run run{first, end, chunk, 0, backwards};
  if (backwards) run = {size - end, size - first, chunk, size - first - 1, true};
  return run;
}

bool CfSource::interleaved() const noexcept {
  return about_.labels && about_.bands.size() > 1 && array_->chunk()[*about_.labels] >= about_.shape[*about_.labels];
}

std::vector<Index> CfSource::place_in_storage(const ChunkPlace& place) const {
  const auto& storage = array_->chunk();
  std::vector<Index> at_storage(storage.size(), 0);
  for (std::size_t d = 0; d < at_storage.size(); ++d) at_storage[d] = about_.fixed[d] / storage[d];
  if (about_.time) at_storage[*about_.time] = place.time;
  at_storage[about_.y] = place.row;
  at_storage[about_.x] = place.col;
  return at_storage;
}

/// A chunk of the array on its way to where a source's chunk wants it, turned round.
class CfSource::Turned final : public FetchedChunk {
 public:
  Turned(std::size_t bytes, std::function<void(const std::byte*)> turn) : numbers_(bytes), turn_(std::move(turn)) {}
  /// Begins to fetch the chunk; false where it cannot be had so.
  [[nodiscard]] bool fetch(StoredArray& array, std::span<const Index> place, std::size_t bytes) {
    stored_ = array.fetch(place, {numbers_.data(), bytes});
    return stored_ != nullptr;
  }
  [[nodiscard]] ZlibStream stream() const noexcept override { return stored_->stream(); }
  void finish() override {
    stored_->finish();
    turn_(numbers_.data());
  }

 private:
  LentBuffer numbers_;
  std::function<void(const std::byte*)> turn_;
  std::unique_ptr<FetchedChunk> stored_;
};

std::unique_ptr<FetchedChunk> CfSource::fetch_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) {
  if (bands.size() != 1) return nullptr;
  std::vector<Index> at_storage = place_in_storage(place), fixed = about_.fixed;
  if (about_.labels) {
    fixed[*about_.labels] = bands[0];
    at_storage[*about_.labels] = bands[0] / array_->chunk()[*about_.labels];
  }
  if (direct_) return array_->fetch(at_storage, {out[0], storage_bytes_});
  const Run rows = run_along(about_.y, place.row, about_.south_up), cols = run_along(about_.x, place.col, about_.mirrored);
  if (rows.first_place() != rows.last_place() || cols.first_place() != cols.last_place()) return nullptr;
  at_storage[about_.y] = rows.first_place();
  at_storage[about_.x] = cols.first_place();
  auto turned = std::make_unique<Turned>(storage_bytes_, [=, this, to = out[0]](const std::byte* numbers) {
    copy(numbers, fixed, times_of(place), rows, rows.first_place(), cols, cols.first_place(), to);
  });
  if (!turned->fetch(*array_, at_storage, storage_bytes_)) return nullptr;
  return turned;
}

Index CfSource::times_of(const ChunkPlace& place) const {
  return about_.time ? std::min(chunk_.times, about_.shape[*about_.time] - place.time * chunk_.times) : 1;
}

std::size_t CfSource::read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) {
  const auto& storage = array_->chunk();
  std::vector<Index> at_storage = place_in_storage(place);
  std::size_t bytes = 0;
  if (direct_) {
    for (std::size_t i = 0; i < bands.size(); ++i) {
      if (about_.labels) at_storage[*about_.labels] = bands[i];
      bytes += array_->read(at_storage, {out[i], storage_bytes_});
    }
    return bytes;
  }
  thread_local Buffer scratch;
  scratch.reserve(storage_bytes_);
  const Run rows = run_along(about_.y, place.row, about_.south_up), cols = run_along(about_.x, place.col, about_.mirrored);
  const Index times = times_of(place);
  std::vector<Index> fixed = about_.fixed;
  for (Index row = rows.first_place(); row <= rows.last_place(); ++row)
    for (Index col = cols.first_place(); col <= cols.last_place(); ++col) {
      at_storage[about_.y] = row;
      at_storage[about_.x] = col;
      for (std::size_t i = 0; i < bands.size(); ++i) {
        const Index held = about_.labels ? at_storage[*about_.labels] : 0;
        if (about_.labels) {
          fixed[*about_.labels] = bands[i];
          at_storage[*about_.labels] = bands[i] / storage[*about_.labels];
        }
        const bool same_chunk = i > 0 && (!about_.labels || at_storage[*about_.labels] == held);
        if (!same_chunk) bytes += array_->read(at_storage, {scratch.data(), storage_bytes_});
        copy(scratch.data(), fixed, times, rows, row, cols, col, out[i]);
      }
    }
  return bytes;
}

void CfSource::copy(const std::byte* numbers, const std::vector<Index>& fixed, Index times, const Run& rows, Index row_place,
                    const Run& cols, Index col_place, std::byte* out) const {
  const auto& storage = array_->chunk();
  std::vector<Index> strides(storage.size(), 1);
  for (std::size_t d = storage.size(); d-- > 1;) strides[d - 1] = strides[d] * storage[d];
  const auto element = static_cast<Index>(element_);
  Index start = 0;
  for (std::size_t d = 0; d < storage.size(); ++d) start += fixed[d] % storage[d] * strides[d];
  const auto [first_row, end_row] = rows.inside(row_place);
  const auto [first_col, end_col] = cols.inside(col_place);
  // What comes first in the source's row lies last where columns run backwards.
  const Index from_col = cols.backwards ? end_col - 1 : first_col;
  const Index col_stride = cols.backwards ? -strides[about_.x] : strides[about_.x];
  for (Index t = 0; t < times; ++t)
    for (Index row = first_row; row < end_row; ++row) {
      const Index time_start = about_.time ? t * strides[*about_.time] : 0;
      const Index from = start + time_start + (row - row_place * storage[about_.y]) * strides[about_.y] +
                         (from_col - col_place * storage[about_.x]) * strides[about_.x];
      const Index to = (t * chunk_.shape.rows + rows.target(row)) * chunk_.shape.cols + cols.target(from_col);
      copy_row(numbers + from * element, col_stride, end_col - first_col, element_, out + to * element);
    }
}

}  // namespace terroir
