#include "pipeline/adapters/process/lines.h"

namespace terroir {

constexpr std::size_t longest_line = 1 << 20;

void Lines::add(std::string_view bytes, const LineHandler& handler) {
  while (!bytes.empty()) {
    const std::size_t room = longest_line - begun_.size();
    const std::size_t end = bytes.substr(0, room + 1).find('\n');
    begun_ += bytes.substr(0, std::min(end, room));
    if (end != std::string_view::npos || bytes.size() > room) {
      handler(begun_);
      begun_.clear();
    }
    bytes.remove_prefix(end == std::string_view::npos ? std::min(room, bytes.size()) : end + 1);
  }
}

void Lines::finish(const LineHandler& handler) {
  if (!begun_.empty()) handler(begun_);
  begun_.clear();
}

}  // namespace terroir
