#include "pipeline/commands/check.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string dem = TERROIR_SOURCE_DIR "/data-samples/dem.tif";

const std::string recipe = R"(version: 1
parameters:
  factor: {type: integer, default: 1}
inputs:
  dem: {path: "${{inputs.dem}}"}
steps:
  slope: {process: slope, data: dem, z_factor: "${{inputs.factor}}"}
outputs:
  out: {path: "${{outputs.out}}/slope.zarr"}
)";

const std::string job = R"(command: >-
  terroir run recipe.yml --input dem=${{inputs.dem}} --input factor=${{inputs.factor}} --output out=${{outputs.made}}
environment: azureml:terroir@latest
code: src
inputs:
  dem: {type: uri_file, path: dem.tif}
  factor: 2
outputs: {made: }
distribution: {type: mpi, process_count_per_instance: 4}
resources: {instance_count: 2}
)";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct Answer {
  int code = 0;
  std::string out;
  std::vector<std::string> errors;
};

/// A project with a job, the recipe in its code and a raster; the test stands in it.
class CheckJob : public testing::Test {
 protected:
  CheckJob() : before_(fs::current_path()) {
    fs::create_directories(folder_ / "src");
    fs::copy_file(dem, folder_ / "dem.tif");
    write("job.yml", job);
    write("src/recipe.yml", recipe);
    fs::current_path(folder_ / "");
  }
  ~CheckJob() override { fs::current_path(before_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  Answer check(std::vector<std::string> words = {"job.yml"}) {
    std::ostringstream out, errors;
    Answer answer;
    answer.code = run_check(words, out, errors);
    answer.out = out.str();
    std::istringstream lines(errors.str());
    for (std::string line; std::getline(lines, line);) answer.errors.push_back(line);
    EXPECT_EQ(fs::current_path(), fs::canonical(folder_ / ""));
    return answer;
  }

  /// What is told of a changed job.
  std::vector<std::string> told(const std::string& from, const std::string& to) {
    write("job.yml", changed(job, from, to));
    return check().errors;
  }

  test::TempFolder folder_;
  fs::path before_;
};

TEST_F(CheckJob, TellsWhatARightJobWouldStart) {
  const Answer answer = check();
  EXPECT_EQ(answer.code, 0);
  EXPECT_THAT(answer.errors, IsEmpty());
  const std::string here = fs::current_path().string();
  EXPECT_EQ(answer.out, "job.yml is right\n8 ranks: terroir run recipe.yml --input dem=" + here +
                            "/dem.tif --input factor=2 --output out=" + here + "/job-run/outputs/made\n");
}

TEST_F(CheckJob, NothingIsMade) {
  check();
  EXPECT_FALSE(fs::exists("job-run"));
}

TEST_F(CheckJob, TellsMistakesOfTheRecipeInItsFile) {
  write("src/recipe.yml", changed(recipe, "process: slope", "process: slop"));
  const Answer answer = check();
  EXPECT_EQ(answer.code, 2);
  EXPECT_EQ(answer.out, "");
  EXPECT_THAT(answer.errors, ElementsAre("src/recipe.yml:7:20: steps.slope.process: there is no process 'slop'; did you mean 'slope'?"));
}

TEST_F(CheckJob, TellsWhatTheFilesOfTheRecipeAreNot) {
  write("src/recipe.yml", changed(recipe, "${{inputs.dem}}", "${{inputs.dem}}/none.tif"));
  EXPECT_THAT(check().errors, ElementsAre(StartsWith("src/recipe.yml:5:15: inputs.dem.path: ")));
}

TEST_F(CheckJob, TellsWhatTheRecipeWantsAndTheJobDoesNotGive) {
  EXPECT_THAT(told("--input dem=${{inputs.dem}} ", ""),
              testing::Contains(
                  "src/recipe.yml:5:15: inputs.dem.path: nothing is given for ${{inputs.dem}}; give --input dem=PATH in the command of "
                  "job.yml"));
}

TEST_F(CheckJob, TellsWhatTheJobGivesAndTheRecipeDoesNotWant) {
  EXPECT_THAT(told("--output out", "--input dam=x --output out"),
              ElementsAre("job.yml:1:10: warning: command: --input dam: the recipe has no ${{inputs.dam}}; did you mean 'dem'?"));
}

TEST_F(CheckJob, TellsALiteralOfTheWrongTypeWhereTheJobGivesIt) {
  const Answer answer = (write("job.yml", changed(job, "factor: 2", "factor: 1.5")), check());
  EXPECT_EQ(answer.code, 2);
  EXPECT_THAT(answer.errors,
              ElementsAre("job.yml:7:3: inputs.factor: '1.5' is not a whole number, as the parameter 'factor' of src/recipe.yml wants "
                          "it; give a whole number"));
  EXPECT_THAT(told("factor=${{inputs.factor}}", "factor=two"),
              testing::Contains(
                  "job.yml:1:10: command: 'two' is not a whole number, as the parameter 'factor' of src/recipe.yml wants it; give a whole "
                  "number"));
}

TEST_F(CheckJob, TellsWrongOptionsOfTheCommand) {
  EXPECT_THAT(told("--output out", "--memory lots --output out"),
              ElementsAre("job.yml:1:10: command: terroir run: --memory lots is no size; give one as 2G or 500M; see terroir run --help"));
}

TEST_F(CheckJob, TellsWhereTheRecipeIsMissed) {
  EXPECT_THAT(
      told("run recipe.yml", "run recip.yml"),
      ElementsAre("job.yml:1:10: command: there is no recipe src/recip.yml; put it into the folder of the code, or check the path"));
  EXPECT_THAT(
      told("code: src\n", ""),
      ElementsAre(
          "job.yml:1:10: command: the job finds no recipe recipe.yml, because it has no code; give code: the folder of the recipe"));
  EXPECT_THAT(
      told("run recipe.yml", "run /image/recipe.yml"),
      ElementsAre(
          "job.yml:1:10: note: command: the recipe /image/recipe.yml is not on this machine and was not checked; see that it stands in "
          "the job's image or storage"));
}

TEST_F(CheckJob, TellsARecipeOutsideOfTheCode) {
  write("recipe.yml", recipe);
  EXPECT_THAT(told("run recipe.yml", "run ../recipe.yml"),
              ElementsAre("job.yml:1:10: command: the recipe ../recipe.yml lies outside of the folder of the code, which is all that the "
                          "job gets; put it into that folder"));
  EXPECT_THAT(told("run recipe.yml", "run ../src/recipe.yml").size(), 1u);
  EXPECT_THAT(told("run recipe.yml", "run ./recipe.yml"), IsEmpty());
}

TEST_F(CheckJob, TellsWhatIsNoCommand) {
  EXPECT_THAT(told("terroir run", "terroir rum"), ElementsAre("job.yml:1:10: command: unknown command 'rum'; did you mean 'run'?"));
}

TEST_F(CheckJob, TellsAnotherNumberOfRanksThanTheCommandExpects) {
  EXPECT_THAT(told("--output out", "--expect-ranks 8 --output out"), IsEmpty());
  EXPECT_THAT(told("--output out", "--expect-ranks 4 --output out"),
              ElementsAre("job.yml:1:10: command: --expect-ranks 4, and the job starts 8; change it, or resources.instance_count and "
                          "distribution.process_count_per_instance"));
}

TEST_F(CheckJob, ChecksTheRunsOfAShellsLine) {
  const auto told_of_run = [&](const std::string& from, const std::string& to) {
    auto lines = told(from, to);
    EXPECT_THAT(lines.front(), HasSubstr("note: command: the command needs a shell"));
    lines.erase(lines.begin());
    return lines;
  };
  EXPECT_THAT(told_of_run("terroir run", "pip list && mpirun -n 2 terroir run"), IsEmpty());
  EXPECT_THAT(told_of_run("terroir run recipe.yml", "pip list; terroir run recip.yml"),
              ElementsAre(HasSubstr("there is no recipe src/recip.yml")));
  EXPECT_THAT(told_of_run("terroir run", "pip list && terroir run --memory lots"), ElementsAre(HasSubstr("--memory lots is no size")));
  EXPECT_THAT(told_of_run("terroir run", "cd there && terroir run"),
              ElementsAre("job.yml:1:10: note: command: where the job finds recipe.yml after cd is not known, so it was not checked; "
                          "name it from the folder of the code, without cd"));
  EXPECT_THAT(told_of_run("terroir run", "(cd there; terroir run"), ElementsAre(HasSubstr("after cd is not known")));
  EXPECT_THAT(told_of_run("terroir run", "pip list && mpirun --prefix /opt/terroir terroir run"), IsEmpty());
  EXPECT_THAT(told_of_run("terroir run", "terroir $MODE"), IsEmpty());
  EXPECT_THAT(told_of_run("terroir run recipe.yml", "terroir run $RECIPE"),
              ElementsAre("job.yml:1:10: note: command: the shell has a part in what `terroir run` gets ('$'), so it was not checked; "
                          "write it so that no shell is needed"));
}

TEST_F(CheckJob, NotesWhatIsOnlyInTheCloudAndChecksTheRest) {
  write("job.yml", changed(job, "path: dem.tif", "path: 'azureml:dem:3'"));
  write("src/recipe.yml", changed(recipe, "data: dem", "data: dam"));
  const Answer answer = check();
  EXPECT_EQ(answer.code, 2);
  EXPECT_THAT(answer.errors,
              ElementsAre("job.yml:6:31: note: inputs.dem: 'azureml:dem:3' is not on this machine and was not checked; give --input "
                          "dem=PATH",
                          HasSubstr("src/recipe.yml:7:33: steps.slope.data: there is no input or step 'dam'"),
                          "src/recipe.yml: note: the files of its inputs are not all on this machine, and their headers were not "
                          "checked; bind them with --input NAME=PATH"));
  write("src/recipe.yml", recipe);
  EXPECT_EQ(check().code, 0);
  EXPECT_THAT(check({"job.yml", "--input", "dem=dem.tif"}).errors, IsEmpty());
}

TEST_F(CheckJob, ChecksTheRecipeWhereTheJobRuns) {
  fs::copy_file("dem.tif", "src/own.tif");
  write("src/recipe.yml", changed(recipe, "\"${{inputs.dem}}\"", "own.tif"));
  EXPECT_THAT(told("--input dem=${{inputs.dem}} ", "--quiet "), ElementsAre(HasSubstr("inputs.dem: the command does not use it")));
}

TEST_F(CheckJob, SetsAndBindsFromTheCommandLine) {
  EXPECT_THAT(check({"job.yml", "--set", "resources.instance_count=1", "--output", "made=/elsewhere"}).out, HasSubstr("\n4 ranks: "));
  EXPECT_THAT(check({"job.yml", "--input", "factor=two"}).errors,
              ElementsAre(HasSubstr("job.yml:7:3: inputs.factor: 'two' is not a whole number")));
  EXPECT_THAT(check({"job.yml", "--output", "made=a", "--output", "made=b"}).errors,
              ElementsAre("terroir check: --output made is given twice; keep one; see terroir check --help"));
  EXPECT_THAT(told("--output out=${{outputs.made}}", "--output out=${{outputs.made}} --output out=x"),
              ElementsAre("job.yml:1:10: command: terroir run: --output out is given twice; keep one; see terroir run --help"));
  EXPECT_THAT(check({"job.yml", "--set", "a"}).errors,
              ElementsAre("terroir check: --set a has no key; give KEY=VALUE; see terroir check --help"));
}

TEST_F(CheckJob, ChecksAStepOfAPipeline) {
  write("pipeline.yml",
        "type: pipeline\ncompute: azureml:c\njobs:\n  slope:\n"
        "    command: terroir run recipe.yml --input dem=${{inputs.dem}} --output out=${{outputs.made}}\n"
        "    code: src\n    environment: azureml:e@latest\n    inputs: {dem: {type: uri_file, path: dem.tif}}\n    outputs: {made: }\n");
  EXPECT_THAT(check({"pipeline.yml"}).errors,
              ElementsAre("pipeline.yml:1:7: type: this is a pipeline, and its steps that can be run are slope; name "
                          "one with --step NAME"));
  const Answer answer = check({"pipeline.yml", "--step", "slope"});
  EXPECT_THAT(answer.errors, IsEmpty());
  EXPECT_THAT(answer.out, HasSubstr("/pipeline-slope-run/outputs/made"));
}

TEST_F(CheckJob, ChecksARecipeWithTheMemoryOfItsRun) {
  const Answer little = check({"src/recipe.yml", "--input", "dem=dem.tif", "--output", "out=o", "--memory", "1M", "--threads", "1"});
  EXPECT_EQ(little.code, 5);
  EXPECT_THAT(little.errors, ElementsAre(AllOf(HasSubstr("memory: each rank would take up to "), HasSubstr(" and may take 1.0 MiB"))));
  EXPECT_EQ(check({"src/recipe.yml", "--input", "dem=dem.tif", "--output", "out=o", "--memory", "1G", "--threads", "1"}).code, 0);
  EXPECT_THAT(check({"src/recipe.yml", "--memory", "lots"}).errors,
              ElementsAre("terroir check: --memory lots is no size; give one as 2G or 500M; see terroir check --help"));
  EXPECT_THAT(check({"job.yml", "--memory", "1G"}).errors,
              ElementsAre("terroir check: --memory goes with a recipe, and job.yml is a job; give it to terroir run in the job's command"));
}

TEST_F(CheckJob, TellsARecipeFromAJobByWhatItHolds) {
  write("recipe.yml", job);
  write("renamed.yml", recipe);
  EXPECT_THAT(check({"recipe.yml"}).out, StartsWith("recipe.yml is right\n8 ranks"));
  EXPECT_EQ(check({"renamed.yml", "--input", "dem=dem.tif", "--output", "out=o"}).out, "renamed.yml is right\n");
  EXPECT_THAT(check({"renamed.yml", "--step", "a"}).errors,
              ElementsAre("terroir check: --step goes with a job, and renamed.yml is none; remove it"));
  write("torn.yml", "type: command\ncommand: [\n");
  EXPECT_THAT(check({"torn.yml", "--step", "a"}).errors, ElementsAre(StartsWith("torn.yml:3:1: ")));
}

TEST_F(CheckJob, ReadsAPipeOnce) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], recipe.data(), recipe.size()), static_cast<ssize_t>(recipe.size()));
  close(ends[1]);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  const Answer answer = check({path, "--input", "dem=dem.tif", "--output", "out=made"});
  close(ends[0]);
  EXPECT_THAT(answer.errors, IsEmpty());
  EXPECT_EQ(answer.out, path + " is right\n");
}

TEST_F(CheckJob, EndsAtTheLimitsOfABomb) {
  std::string bomb = "command: x\nenvironment: azureml:e:1\ntags: &a [x, x]\n";
  for (char c = 'b'; c < 'h'; ++c)
    bomb += "p" + std::string(1, c) + ": &" + c + " [*" + static_cast<char>(c - 1) + ", *" + static_cast<char>(c - 1) + "]\n";
  write("job.yml", bomb);
  const Answer answer = check();
  EXPECT_EQ(answer.code, 2);
  EXPECT_EQ(answer.errors.size(), 7u + 12u);
  std::string wide = "command: x\nenvironment: azureml:e:1\ninputs:\n";
  for (int i = 0; i < 60'000; ++i) wide += "  a" + std::to_string(i) + ": 1\n";
  write("job.yml", wide);
  EXPECT_THAT(check().errors, ElementsAre(HasSubstr("the document has more than 100000 values")));
  write("job.yml", "command: x\nenvironment: azureml:e:1\ndescription: " + std::string(2'000'000, 'x') + "\n");
  EXPECT_THAT(check().errors, ElementsAre("job.yml: the file is larger than 1048576 bytes; make it smaller"));
  std::string many = "command: x\nenvironment: azureml:e:1\ninputs:\n";
  for (int i = 0; i < 1001; ++i) many += "  a" + std::to_string(i) + ": 1\n";
  write("job.yml", many);
  EXPECT_THAT(check().errors,
              ElementsAre("job.yml:4:3: inputs: there are more than 1000 of them; hand over a folder, or a file that lists them"));
}

TEST_F(CheckJob, ReadsTheComponentAndTellsItsMistakesInItsFile) {
  write("component.yml",
        "name: slope\ninputs: {dem: {type: uri_file}}\ncommand: terroir processes ${{inputs.dam}}\nenvironment: azureml:e@latest\n");
  write("pipeline.yml",
        "type: pipeline\njobs: {slope: {component: ./component.yml, compute: c, inputs: {dem: {type: uri_file, path: dem.tif}}}}\n");
  EXPECT_THAT(check({"pipeline.yml", "--step", "slope"}).errors,
              testing::Contains("component.yml:3:10: command: '${{inputs.dam}}' is not declared; did you mean 'dem'?"));
}

}  // namespace
}  // namespace terroir
