#include "kernels/catalog.h"
#include "pipeline/recipe/reference_pages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

/// What CONTRIBUTING.md shows is what is compiled and printed here.
namespace terroir::test {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(TERROIR_SOURCE_DIR) + "/" + path);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void expect_shown(const std::string& language, const std::string& code) {
  EXPECT_NE(text_of("CONTRIBUTING.md").find("\n```" + language + "\n" + code + "```\n"), std::string::npos)
      << "CONTRIBUTING.md has no block of this text:\n"
      << code;
}

TEST(Contributing, ShowsTheKernelThatIsCompiled) { expect_shown("cpp", text_of("tests/tutorial/saturate.cpp")); }

TEST(Contributing, ShowsTheTestThatIsRun) { expect_shown("cpp", text_of("tests/tutorial/saturate_test.cpp")); }

TEST(Contributing, ShowsThePageThatTheProgramPrints) { expect_shown("text", process_page(find_process("saturate")->info)); }

}  // namespace
}  // namespace terroir::test
