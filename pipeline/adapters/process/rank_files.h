#pragma once

#include "pipeline/adapters/process/lines.h"

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace terroir {

/// Follows the files into which mpirun --output-filename FOLDER --merge-stderr-to-stdout writes what each rank prints.
class RankFiles {
 public:
  using Handler = std::function<void(int rank, std::string_view line)>;

  explicit RankFiles(const std::string& folder) : folder_(folder + "/1") {}  // 1: mpirun's own number of its only job
  /// Passes on the lines that have been added since the last call.
  void read(const Handler& handler);
  /// The same at the end, with last lines that nothing has ended.
  void finish(const Handler& handler);

 private:
  struct Followed {
    off_t position = 0;
    Lines lines;
  };
  std::string folder_;
  std::map<int, Followed> ranks_;
};

}  // namespace terroir
