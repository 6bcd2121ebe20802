#pragma once

#include <proj.h>

#include <memory>

namespace terroir {

/// Owners of what PROJ allocates.
struct ProjRelease {
  void operator()(PJ* p) const noexcept { proj_destroy(p); }
  void operator()(PJ_CONTEXT* p) const noexcept { proj_context_destroy(p); }
  void operator()(PJ_OBJ_LIST* p) const noexcept { proj_list_destroy(p); }
  void operator()(PJ_OPERATION_FACTORY_CONTEXT* p) const noexcept { proj_operation_factory_context_destroy(p); }
};
using PjPtr = std::unique_ptr<PJ, ProjRelease>;
using PjContextPtr = std::unique_ptr<PJ_CONTEXT, ProjRelease>;
using PjListPtr = std::unique_ptr<PJ_OBJ_LIST, ProjRelease>;
using PjFactoryPtr = std::unique_ptr<PJ_OPERATION_FACTORY_CONTEXT, ProjRelease>;

}  // namespace terroir
