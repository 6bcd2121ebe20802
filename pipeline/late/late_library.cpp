#include "pipeline/late/late_library.h"

#include "pipeline/error.h"

#include <dlfcn.h>

#include <atomic>
#include <string>

namespace terroir {
namespace {

void* open_library(const LateLibrary& library) {
  if (void* const handle = dlopen(library.name, RTLD_LAZY | RTLD_LOCAL)) return handle;
  const std::string why = dlerror();
  if (void* const handle = dlopen(library.path, RTLD_LAZY | RTLD_LOCAL)) return handle;
  throw Error(Fault::system, std::string(library.name) + " cannot be loaded (" + why + "); install the package that holds it");
}

}  // namespace

const void* terroir_find_late(LateFunction* function) {
  const void* const address = dlsym(open_library(*function->library), function->name);
  if (address == nullptr)
    throw Error(Fault::system, std::string(function->library->name) + " has no " + function->name +
                                   "; install the version that this program was built with");
  std::atomic_ref(function->address).store(address, std::memory_order_release);
  return address;
}

}  // namespace terroir
