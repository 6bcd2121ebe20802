#include "pipeline/codecs/library_versions.h"

#include <blosc.h>
#include <isa-l.h>
#include <libdeflate.h>
#include <zstd.h>

namespace terroir {

std::vector<LibraryVersion> codec_libraries() {
  const std::string isal =
      std::to_string(ISAL_MAJOR_VERSION) + "." + std::to_string(ISAL_MINOR_VERSION) + "." + std::to_string(ISAL_PATCH_VERSION);
  return {{"c-blosc", blosc_get_version_string(), BLOSC_VERSION_STRING},
          {"zstd", ZSTD_versionString(), ZSTD_VERSION_STRING},
          {"libdeflate", "", LIBDEFLATE_VERSION_STRING},
          {"ISA-L", "", isal}};
}

}  // namespace terroir
