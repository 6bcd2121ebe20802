#pragma once

#include "tiling/window.h"

#include <cassert>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace terroir {

/// What a pixel without a value is, nodata or outside of the file: NaN.
inline constexpr float no_value = std::numeric_limits<float>::quiet_NaN();

/// Non-owning view of one layer over one window and some times: (time, row, col), row-major, with a readable halo.
/// Pixel (t, 0, 0) is the first of the window; the halo has negative indices.
/// A static layer has one time; `broadcast` lets it stand for any number of them.
template <class T>
class Block {
 public:
  Block() = default;
  Block(T* origin, Index times, Shape shape, Index time_stride, Index row_stride, Halo halo = {}) noexcept
      : origin_(origin), times_(times), shape_(shape), time_stride_(time_stride), row_stride_(row_stride), halo_(halo) {}

  operator Block<const T>() const noexcept requires(!std::is_const_v<T>) {
    return {origin_, times_, shape_, time_stride_, row_stride_, halo_};
  }

  [[nodiscard]] Index times() const noexcept { return times_; }
  [[nodiscard]] Shape shape() const noexcept { return shape_; }
  [[nodiscard]] Index rows() const noexcept { return shape_.rows; }
  [[nodiscard]] Index cols() const noexcept { return shape_.cols; }
  [[nodiscard]] Halo halo() const noexcept { return halo_; }
  [[nodiscard]] Index row_stride() const noexcept { return row_stride_; }
  [[nodiscard]] Index time_stride() const noexcept { return time_stride_; }

  [[nodiscard]] T& operator()(Index t, Index r, Index c) const noexcept {
    assert(t >= 0 && t < times_);
    assert(r >= -halo_.rows && r < shape_.rows + halo_.rows);
    assert(c >= -halo_.cols && c < shape_.cols + halo_.cols);
    return origin_[t * time_stride_ + r * row_stride_ + c];
  }

  /// First pixel of a row of the window; columns -halo .. cols + halo may be reached from it.
  [[nodiscard]] T* row(Index t, Index r) const noexcept {
    assert(t >= 0 && t < times_);
    assert(r >= -halo_.rows && r < shape_.rows + halo_.rows);
    return origin_ + t * time_stride_ + r * row_stride_;
  }

  /// The same pixels at one time.
  [[nodiscard]] Block at_time(Index t) const noexcept { return {row(t, 0), 1, shape_, time_stride_, row_stride_, halo_}; }

  /// Times [first, first + count).
  [[nodiscard]] Block slab(Index first, Index count) const noexcept {
    return {origin_ + first * time_stride_, count, shape_, time_stride_, row_stride_, halo_};
  }

  /// A static layer seen as `times` equal ones.
  [[nodiscard]] Block broadcast(Index times) const noexcept {
    assert(times_ == 1);
    return {origin_, times, shape_, 0, row_stride_, halo_};
  }

  /// A smaller window of this block; what lies around it (up to `halo`) must be inside this block and its halo.
  [[nodiscard]] Block inner(Index row, Index col, Shape shape, Halo halo = {}) const noexcept {
    assert(row - halo.rows >= -halo_.rows && row + shape.rows + halo.rows <= shape_.rows + halo_.rows);
    assert(col - halo.cols >= -halo_.cols && col + shape.cols + halo.cols <= shape_.cols + halo_.cols);
    return {origin_ + row * row_stride_ + col, times_, shape, time_stride_, row_stride_, halo};
  }

 private:
  T* origin_ = nullptr;
  Index times_ = 0;
  Shape shape_;
  Index time_stride_ = 0;
  Index row_stride_ = 0;
  Halo halo_;
};

}  // namespace terroir
