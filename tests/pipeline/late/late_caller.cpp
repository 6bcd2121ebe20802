#include "tests/pipeline/late/late_caller.h"

#include "tests/pipeline/late/late_sample.h"

#include <fstream>

namespace terroir::test {

double sum_of_all_kinds() { return late_sum(1, 2, "4", 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768); }

double sum_of_three() { return late_variadic(3, 0.5, 0.25, 0.125); }

double last_of_row() { return late_row(7).values[3]; }

int calls() { return late_calls(); }

bool is_loaded() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("liblate_sample.so") != std::string::npos) return true;
  return false;
}

}  // namespace terroir::test
