#pragma once

#include "pipeline/adapters/process/descriptor.h"

#include <array>
#include <ostream>
#include <streambuf>

namespace terroir {

/// Keeps standard output for what the program itself prints to `stream`: a library that prints there (GDAL's GRIB reader does, of a file
/// with bytes behind its last message) prints to standard error from now on, to the end of the process. For commands whose output is a
/// document, and which start no other programs.
class DocumentOutput final : public std::streambuf {
 public:
  /// Leaves everything as it is where standard output is closed or cannot be moved.
  explicit DocumentOutput(std::ostream& stream);
  ~DocumentOutput() override;
  DocumentOutput(const DocumentOutput&) = delete;
  DocumentOutput& operator=(const DocumentOutput&) = delete;

  /// The first error (errno) of what could not be written; 0: there was none.
  [[nodiscard]] int error() const noexcept { return error_; }

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  std::ostream& stream_;
  Descriptor to_;
  std::streambuf* original_ = nullptr;
  std::array<char, 4096> text_{};
  int error_ = 0;
};

}  // namespace terroir
