#include "pipeline/adapters/process/rank_files.h"

#include "pipeline/adapters/process/descriptor.h"

#include <fcntl.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <optional>

namespace terroir {
namespace {

namespace fs = std::filesystem;

/// "rank.07": 7.
std::optional<int> rank_of(const std::string& name) {
  constexpr std::string_view prefix = "rank.";
  if (!name.starts_with(prefix)) return std::nullopt;
  int rank = 0;
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), rank);
  return error == std::errc{} && end == name.data() + name.size() ? std::optional(rank) : std::nullopt;
}

}  // namespace

void RankFiles::read(const Handler& handler) {
  std::error_code ignored;
  std::array<char, 65536> bytes{};
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const auto rank = rank_of(entry.path().filename());
    if (!rank) continue;
    Followed& followed = ranks_[*rank];
    // Opened anew each time: then a shared file system shows what another host has written.
    const Descriptor file(::open((entry.path() / "stdout").c_str(), O_RDONLY | O_CLOEXEC));
    for (;;) {
      const ssize_t count = ::pread(file.get(), bytes.data(), bytes.size(), followed.position);
      if (count <= 0) break;
      followed.position += count;
      followed.lines.add({bytes.data(), static_cast<std::size_t>(count)}, [&](std::string_view line) { handler(*rank, line); });
    }
  }
}

void RankFiles::finish(const Handler& handler) {
  read(handler);
  for (auto& [rank, followed] : ranks_) followed.lines.finish([&, number = rank](std::string_view line) { handler(number, line); });
}

}  // namespace terroir
