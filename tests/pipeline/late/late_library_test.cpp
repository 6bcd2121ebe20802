#include "pipeline/late/late_library.h"

#include "pipeline/error.h"
#include "tests/pipeline/late/late_caller.h"

#include <gtest/gtest.h>

#include <string>

extern "C" int terroir_nowhere(int);

namespace terroir {
namespace {

// One test, for a library is loaded once in a process: the first call of each function goes through the search, the second does not.
TEST(LateLibrary, IsLoadedByItsFirstCallWhichTakesEveryKindOfArgument) {
  EXPECT_FALSE(test::is_loaded());
  EXPECT_EQ(test::sum_of_all_kinds(), 65535) << "1 + 2 + 4 + ... + 32768";
  EXPECT_TRUE(test::is_loaded());
  EXPECT_EQ(test::sum_of_all_kinds(), 65535);
  EXPECT_EQ(test::sum_of_three(), 0.875);
  EXPECT_EQ(test::sum_of_three(), 0.875);
  EXPECT_EQ(test::last_of_row(), 10);
  EXPECT_EQ(test::last_of_row(), 10);
  EXPECT_EQ(test::calls(), 6);
}

TEST(LateLibrary, ThatIsNotThereIsAnErrorOfTheCall) {
  try {
    (void)terroir_nowhere(1);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::system);
    EXPECT_NE(std::string(error.what()).find("libterroir_nowhere.so.1 cannot be loaded"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("install"), std::string::npos) << error.what();
  }
}

TEST(LateLibrary, WithoutTheFunctionIsAnErrorThatNamesIt) {
  const LateLibrary library{"libm.so.6", "/nowhere/libm.so"};
  LateFunction function{nullptr, "terroir_nothing", &library};
  try {
    (void)terroir_find_late(&function);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::system);
    EXPECT_NE(std::string(error.what()).find("libm.so.6 has no terroir_nothing"), std::string::npos) << error.what();
  }
  EXPECT_EQ(function.address, nullptr);
}

}  // namespace
}  // namespace terroir
