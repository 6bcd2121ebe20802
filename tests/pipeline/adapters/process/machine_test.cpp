#include "pipeline/adapters/process/machine.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

namespace terroir {
namespace {

namespace fs = std::filesystem;

/// A root folder with files of /proc and /sys.
class FakeRoot {
 public:
  FakeRoot() : path_(fs::path(::testing::TempDir()) / "fake-root") {
    fs::remove_all(path_);
    put("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n");
  }
  ~FakeRoot() { fs::remove_all(path_); }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

constexpr std::size_t gibibyte = std::size_t{1} << 30;

TEST(MemoryLimit, WithoutGroupsIsTheMachines) {
  const FakeRoot root;
  EXPECT_EQ(memory_limit(root.path()), 16 * gibibyte);
}

TEST(MemoryLimit, OfTheFirstKindOfGroup) {
  const FakeRoot root;
  root.put("proc/self/cgroup", "5:memory:/jobs/one\n4:cpu:/jobs\n");
  root.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  root.put("sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "2147483648\n");
  root.put("sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(memory_limit(root.path()), 2 * gibibyte) << "a parent's limit holds";
}

TEST(MemoryLimit, OfTheSecondKindOfGroup) {
  const FakeRoot root;
  root.put("proc/self/cgroup", "0::/job\n");
  root.put("sys/fs/cgroup/job/memory.max", "1073741824\n");
  EXPECT_EQ(memory_limit(root.path()), gibibyte);
  root.put("sys/fs/cgroup/job/memory.max", "max\n");
  EXPECT_EQ(memory_limit(root.path()), 16 * gibibyte);
}

TEST(MemoryLimit, InAContainerWhosePathIsNotBelowTheMount) {
  const FakeRoot root;
  root.put("proc/self/cgroup", "0::/docker/abc\n");
  root.put("sys/fs/cgroup/memory.max", "536870912\n");
  EXPECT_EQ(memory_limit(root.path()), gibibyte / 2);
}

TEST(MemoryLimits, NameTheirSources) {
  const FakeRoot root;
  root.put("proc/self/cgroup", "5:memory:/job\n");
  root.put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "2147483648\n");
  const auto limits = memory_limits(root.path());
  ASSERT_EQ(limits.size(), 2u);
  EXPECT_EQ(limits[0].source, "/sys/fs/cgroup/memory/job/memory.limit_in_bytes");
  EXPECT_EQ(limits[0].bytes, 2 * gibibyte);
  EXPECT_EQ(limits[1].source, "MemTotal");
}

TEST(VariableNames, LeaveValuesWhereTheyAre) {
  setenv("TERROIR_TEST_B", "secret=2", 1);
  setenv("TERROIR_TEST_A", "1", 1);
  EXPECT_EQ(variable_names({"TERROIR_TEST_", "NO_SUCH_"}), (std::vector<std::string>{"TERROIR_TEST_A", "TERROIR_TEST_B"}));
  unsetenv("TERROIR_TEST_A");
  unsetenv("TERROIR_TEST_B");
}

TEST(FileSystemSize, OfARealFolderAndOfNone) {
  EXPECT_GT(file_system_size("/").value_or(0), 0u);
  EXPECT_EQ(file_system_size("/no/such/folder"), std::nullopt);
}

TEST(PeakMemory, CountsWhatIsTouched) {
  const std::vector<char> memory(64 << 20, 'x');
  EXPECT_GE(peak_memory(), memory.size());
}

}  // namespace
}  // namespace terroir
