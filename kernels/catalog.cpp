#include "kernels/catalog.h"

#include <algorithm>

namespace terroir {

const Process* find_process(std::string_view name) {
  const auto& all = catalog();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Process& p) { return p.info.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace terroir
