#include "pipeline/adapters/process/document_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace terroir {

DocumentOutput::DocumentOutput(std::ostream& stream) : stream_(stream) {
  stream.flush();
  to_ = Descriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!to_.open() || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return;
  setp(text_.data(), text_.data() + text_.size());
  original_ = stream.rdbuf(this);
}

DocumentOutput::~DocumentOutput() {
  if (original_ == nullptr) return;
  sync();
  stream_.rdbuf(original_);
}

DocumentOutput::int_type DocumentOutput::overflow(int_type c) {
  if (sync() != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

int DocumentOutput::sync() {
  for (const char* from = pbase(); from < pptr();) {
    const ssize_t written = ::write(to_.get(), from, static_cast<std::size_t>(pptr() - from));
    if (written > 0) from += written;
    if (written >= 0 || errno == EINTR) continue;
    if (error_ == 0) error_ = errno;
    setp(text_.data(), text_.data() + text_.size());  // what is lost is not tried again
    return -1;
  }
  setp(text_.data(), text_.data() + text_.size());
  return 0;
}

}  // namespace terroir
