#include "pipeline/late/late_library.h"

#include "pipeline/error.h"

#include <dlfcn.h>

#include <atomic>
#include <string>

namespace terroir {
namespace {

void* open_library(const LateLibrary& library) {
  std::string why;
  for (const char* name : {library.first, library.second}) {
    if (void* const handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL)) return handle;
    why += (why.empty() ? "" : "; ") + std::string(dlerror());
  }
  throw Error(Fault::system, std::string(library.first) + " cannot be loaded (" + why + "); install the package that holds it");
}

}  // namespace

const void* terroir_find_late(LateFunction* function) {
  const void* const address = dlsym(open_library(*function->library), function->name);
  if (address == nullptr)
    throw Error(Fault::system, std::string(function->library->first) + " has no " + function->name +
                                   "; install the version that this program was built with");
  std::atomic_ref(function->address).store(address, std::memory_order_release);
  return address;
}

}  // namespace terroir
