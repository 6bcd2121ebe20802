#include "pipeline/commands/doctor.h"

#include "tests/pipeline/commands/support/said.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

Said doctor(std::vector<std::string> arguments) {
  std::ostringstream out, errors;
  const int code = run_doctor(arguments, out, errors);
  return {code, out.str(), errors.str()};
}

class Doctor : public testing::Test {
 protected:
  Doctor() {
    std::string name = (fs::temp_directory_path() / "doctor-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~Doctor() override { fs::remove_all(root_); }
  fs::path root_;
};

TEST_F(Doctor, LooksAtAFolderAndLeavesNothing) {
  const Said said = doctor({root_.string(), "--json"});
  const auto json = nlohmann::json::parse(said.out);
  EXPECT_EQ(said.code, json["can_run"] == true ? 0 : 4);
  int storage = 0;
  for (const auto& finding : json["findings"]) {
    if (finding["group"] != "Storage of " + root_.string()) continue;
    ++storage;
    EXPECT_NE(finding["verdict"], "fault") << finding;
  }
  EXPECT_EQ(storage, 15);
  EXPECT_TRUE(fs::is_empty(root_));
}

TEST_F(Doctor, KeepsWhatAFolderHolds) {
  fs::create_directory(root_ / "__terroir");
  std::ofstream(root_ / "__terroir/plan-1.json") << "mine";
  (void)doctor({root_.string()});
  EXPECT_TRUE(fs::exists(root_ / "__terroir/plan-1.json"));
  EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "__terroir"), fs::directory_iterator()), 1);
}

TEST_F(Doctor, SaysThatThereIsNoSuchFolder) {
  const Said said = doctor({(root_ / "nowhere").string()});
  EXPECT_EQ(said.code, 4);
  EXPECT_THAT(said.out, HasSubstr("cannot be looked at: No such file or directory; create it or mount it"));
  EXPECT_THAT(said.out, HasSubstr("Terroir cannot run here: "));
  std::ofstream(root_ / "file") << "x";
  EXPECT_THAT(doctor({(root_ / "file").string()}).out, HasSubstr("is no folder"));
}

TEST_F(Doctor, SaysWhatIsWrongWithItsArguments) {
  EXPECT_EQ(doctor({"--jsn"}).errors, "terroir doctor: unknown option '--jsn'; use --json or --patience\n");
  EXPECT_EQ(doctor({"a", "b"}).code, 2);
  for (const char* patience : {"none", "5abc", "nan", "0", "-1"}) EXPECT_EQ(doctor({"--patience", patience}).code, 2) << patience;
  EXPECT_EQ(doctor({"--patience"}).errors, "terroir doctor: --patience needs a number of seconds, as --patience 60\n");
  EXPECT_EQ(doctor({"--help"}).code, 0);
  EXPECT_EQ(doctor({"-h"}).out, doctor({"--help"}).out);
}

TEST_F(Doctor, ShowsNamesOfSecretsOnly) {
  setenv("AZUREML_RUN_TOKEN", "planted-secret", 1);
  const Said said = doctor({});
  unsetenv("AZUREML_RUN_TOKEN");
  EXPECT_THAT(said.out, HasSubstr("AZUREML_RUN_TOKEN"));
  EXPECT_THAT(said.out, testing::Not(HasSubstr("planted-secret")));
}

}  // namespace
}  // namespace terroir
