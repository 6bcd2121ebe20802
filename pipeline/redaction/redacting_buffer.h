#pragma once

#include "pipeline/redaction/redactor.h"

#include <ostream>
#include <streambuf>
#include <string>

namespace terroir {

/// Hands on what is printed, whole lines at a time, without its secrets: one that is printed in several pieces would not be seen
/// otherwise. A line ends with '\n' or '\r' (progress that redraws its line), or where the stream is flushed.
class RedactingBuffer final : public std::streambuf {
 public:
  RedactingBuffer(std::streambuf& to, const Redactor& redactor) : to_(to), redactor_(redactor) {}

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize count) override;
  int sync() override;

 private:
  bool hand_on(std::size_t count);

  std::streambuf& to_;
  const Redactor& redactor_;
  std::string line_;  ///< has not ended yet
};

/// Redacts a stream while this lives. It flushes where it is told to, not after each piece as std::cerr does by itself.
class RedactedStream {
 public:
  RedactedStream(std::ostream& stream, const Redactor& redactor);
  ~RedactedStream();
  RedactedStream(const RedactedStream&) = delete;
  RedactedStream& operator=(const RedactedStream&) = delete;

 private:
  std::ostream& stream_;
  const std::ios::fmtflags flags_;
  RedactingBuffer buffer_;
  std::streambuf* const original_;
};

}  // namespace terroir
