#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace terroir {

using LineHandler = std::function<void(std::string_view line)>;

/// Cuts bytes into lines, however they arrive. Lines come without their end; one of more than 1 MiB comes in pieces.
class Lines {
 public:
  void add(std::string_view bytes, const LineHandler& handler);
  /// The last line, which nothing has ended.
  void finish(const LineHandler& handler);

 private:
  std::string begun_;
};

}  // namespace terroir
