#include "pipeline/redaction/redacting_buffer.h"

namespace terroir {

bool RedactingBuffer::hand_on(std::size_t count) {
  const std::string text = redactor_(line_.substr(0, count));
  line_.erase(0, count);
  const auto size = static_cast<std::streamsize>(text.size());
  return to_.sputn(text.data(), size) == size;
}

std::streambuf::int_type RedactingBuffer::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char byte = traits_type::to_char_type(c);
  return xsputn(&byte, 1) == 1 ? c : traits_type::eof();
}

std::streamsize RedactingBuffer::xsputn(const char* text, std::streamsize count) {
  const std::size_t before = line_.size();
  line_.append(text, static_cast<std::size_t>(count));
  const std::size_t end = line_.find_last_of("\n\r");
  return end == std::string::npos || end < before || hand_on(end + 1) ? count : 0;
}

int RedactingBuffer::sync() {
  const bool whole = line_.empty() || hand_on(line_.size());
  return to_.pubsync() == 0 && whole ? 0 : -1;
}

RedactedStream::RedactedStream(std::ostream& stream, const Redactor& redactor)
    : stream_(stream), flags_(stream.flags()), buffer_(*stream.rdbuf(), redactor), original_(stream.rdbuf(&buffer_)) {
  stream_.unsetf(std::ios::unitbuf);
}

RedactedStream::~RedactedStream() {
  stream_.flush();
  stream_.rdbuf(original_);
  stream_.flags(flags_);
}

}  // namespace terroir
