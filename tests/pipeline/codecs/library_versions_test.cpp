#include "pipeline/codecs/library_versions.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

TEST(LibraryVersions, AreKnown) {
  for (const auto& library : codec_libraries()) {
    EXPECT_NE(library.built, "") << library.name;
    EXPECT_TRUE(library.loaded.empty() || library.loaded == library.built) << library.name;
  }
}

}  // namespace
}  // namespace terroir
