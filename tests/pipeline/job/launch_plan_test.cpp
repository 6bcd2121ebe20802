#include "tests/pipeline/job/job_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

const std::string usual = R"(command: >-
  terroir run recipe.yml --input dem=${{inputs.dem}} --input year=${{inputs.year}} --output out=${{outputs.features}}
environment: azureml:terroir@latest
code: src
inputs:
  dem: {path: data}
  year: 2024
outputs:
  features:
distribution: {type: mpi, process_count_per_instance: 8}
resources: {instance_count: 4}
)";

/// Files of a machine where the launcher stands in /home/me/project.
std::map<std::string, std::string> machine() {
  return {{"data/dem.tif", ""},
          {"src/recipe.yml", ""},
          {"src/util/x.py", ""},
          {"src/outputs/old", ""},
          {"hosts", ""},
          {"/home/me/project/data/dem.tif", ""},
          {"/home/me/project/src/recipe.yml", ""},
          {"/home/me/project/src/util/x.py", ""},
          {"/home/me/project/src/outputs/old", ""},
          {"/home/me/project/hosts", ""},
          {"/store/a/b.tif", ""},
          {"/big data/dem.tif", ""}};
}

LaunchOptions here() {
  LaunchOptions options;
  options.here = "/home/me/project";
  return options;
}

PlannedLaunch planned(const std::string& text, const LaunchOptions& options = here(), const std::string& file = "job.yml") {
  const JobFiles files = files_of(machine());
  const ParsedJob parsed = parse_job_text(text, {file, "", {}, options.inputs}, files);
  EXPECT_TRUE(parsed.job) << testing::PrintToString(lines_of(parsed.findings));
  return parsed.job ? make_launch_plan(*parsed.job, options, files) : PlannedLaunch{};
}

LaunchPlan plan(const std::string& text, const LaunchOptions& options = here()) {
  const PlannedLaunch result = planned(text, options);
  EXPECT_TRUE(result.plan) << testing::PrintToString(lines_of(result.findings));
  return result.plan.value_or(LaunchPlan{});
}

std::vector<std::string> told(const std::string& text, const LaunchOptions& options = here()) {
  return lines_of(planned(text, options).findings);
}

std::string job_with(const std::string& input) { return job_of("inputs: {a: " + input + "}", "terroir processes ${{inputs.a}}"); }

std::string job_writing(const std::string& output) { return job_of("outputs: {a: " + output + "}", "terroir processes ${{outputs.a}}"); }

std::string value(const LaunchPlan& made, const std::string& name) {
  for (const auto& [key, text] : made.environment)
    if (key == name) return text;
  return "absent";
}

TEST(LaunchPlan, HasTheCommandWordByWord) {
  EXPECT_THAT(plan(usual).words, ElementsAre("terroir", "run", "recipe.yml", "--input", "dem=/home/me/project/data", "--input", "year=2024",
                                             "--output", "out=/home/me/project/job-run/outputs/features"));
}

std::vector<std::string> paths_of(const std::vector<LaunchFolder>& folders) {
  std::vector<std::string> paths;
  for (const auto& folder : folders) paths.push_back(folder.path);
  return paths;
}

TEST(LaunchPlan, KnowsWhereTheJobNamesAFolder) {
  const LaunchPlan made = plan(usual);
  EXPECT_EQ(made.folders.front().place, "");
  EXPECT_THAT(made.folders.back().place, testing::MatchesRegex("(.*/)?job.yml:[0-9]+:[0-9]+: outputs.features"));
}

TEST(LaunchPlan, HasAFolderThatLooksAsInAzure) {
  const LaunchPlan made = plan(usual);
  EXPECT_EQ(made.folder, "/home/me/project/job-run");
  EXPECT_THAT(paths_of(made.folders),
              ElementsAre("/home/me/project/job-run", "/home/me/project/job-run/outputs", "/home/me/project/job-run/logs",
                          "/home/me/project/job-run/user_logs", "/home/me/project/job-run/outputs/features"));
  EXPECT_THAT(made.links, ElementsAre(Pair("recipe.yml", "/home/me/project/src/recipe.yml"), Pair("util", "/home/me/project/src/util")));
}

TEST(LaunchPlan, NamesItsFolderAfterTheFile) {
  EXPECT_EQ(planned(job_of(""), here(), "jobs/terrain.yaml").plan->folder, "/home/me/project/terrain-run");
  LaunchOptions options = here();
  options.folder = "runs/7";
  EXPECT_EQ(plan(job_of(""), options).folder, "/home/me/project/runs/7");
}

TEST(LaunchPlan, DoesNotLinkItsOwnFolder) {
  LaunchOptions options = here();
  options.folder = "src/util/run";
  EXPECT_THAT(plan(usual, options).links, ElementsAre(Pair("recipe.yml", "/home/me/project/src/recipe.yml")));
}

TEST(LaunchPlan, StartsAsManyRanksAsTheJobHas) {
  EXPECT_EQ(plan(usual).ranks, 32);
  EXPECT_TRUE(plan(usual).mpi);
  LaunchOptions options = here();
  options.ranks = 2;
  EXPECT_EQ(plan(usual, options).ranks, 2);
  EXPECT_EQ(plan(job_of("resources: {instance_count: 1}")).ranks, 1);
  EXPECT_FALSE(plan(job_of("")).mpi);
  EXPECT_THAT(told(job_of(""), options),
              ElementsAre("job.yml: --ranks: the job has no distribution and runs as one process; give distribution: {type: mpi}"));
  EXPECT_THAT(told(job_of("distribution: {type: mpi, process_count_per_instance: 100000}\nresources: {instance_count: 100000}")),
              ElementsAre("job.yml: distribution: 10000000000 ranks are more than a launch starts; start fewer with --ranks N"));
}

TEST(LaunchPlan, TakesOverLimitsAndOptions) {
  LaunchOptions options = here();
  options.retries = 3;
  options.hostfile = "hosts";
  const LaunchPlan made = plan(usual + "limits: {timeout: 90}\n", options);
  EXPECT_EQ(made.timeout_seconds, 90);
  EXPECT_EQ(made.retries, 3);
  EXPECT_EQ(made.hostfile, "/home/me/project/hosts");
  EXPECT_EQ(plan(usual).timeout_seconds, std::nullopt);
  options.hostfile = "nodes";
  EXPECT_THAT(told(usual, options), ElementsAre("job.yml: --hostfile: there is no file '/home/me/project/nodes'; check the path"));
}

TEST(LaunchPlan, BindsInputsFromTheCommandLine) {
  LaunchOptions options = here();
  options.inputs = {{"dem", "/big data"}, {"year", "2025"}};
  options.outputs = {{"features", "out"}};
  EXPECT_THAT(plan(usual, options).words, ElementsAre("terroir", "run", "recipe.yml", "--input", "dem=/big data", "--input", "year=2025",
                                                      "--output", "out=/home/me/project/out"));
  options.inputs = {{"dem", "/vsiaz/box/dem"}};
  EXPECT_THAT(plan(usual, options).words, Contains("dem=/vsiaz/box/dem"));
}

TEST(LaunchPlan, RefusesBindingsThatFitNothing) {
  LaunchOptions options = here();
  options.inputs = {{"dam", "x"}, {"dem", "nowhere"}};
  options.outputs = {{"tiles", "x"}};
  EXPECT_THAT(told(usual, options), ElementsAre("job.yml: --input dem: there is no '/home/me/project/nowhere'; check the path",
                                                "job.yml: --input dam: the job has no such input; did you mean 'dem'?",
                                                "job.yml: --output tiles: the job has no such output; use features"));
  options = here();
  options.inputs = {{"dem", "data/dem.tif"}};
  EXPECT_THAT(told(usual, options),
              ElementsAre("job.yml: --input dem: '/home/me/project/data/dem.tif' is a file, and the job takes a folder; name a folder"));
  options.inputs.clear();
  options.outputs = {{"features", "/vsiaz/box/out"}};
  EXPECT_THAT(told(usual, options),
              ElementsAre("job.yml: --output features: '/vsiaz/box/out' is no folder of this machine; give --output features=FOLDER"));
}

TEST(LaunchPlan, AnOutputIsNotBoundTwice) {
  LaunchOptions options = here();
  options.outputs = {{"a", "out"}, {"b", "./out/"}};
  EXPECT_THAT(told(job_of("outputs: {a: , b: }", "terroir processes ${{outputs.a}} ${{outputs.b}}"), options),
              ElementsAre("job.yml: --output b: output 'a' has the same path '/home/me/project/out'; give each its own folder"));
}

TEST(LaunchPlan, ADatastoreIsAFolder) {
  LaunchOptions options = here();
  options.datastores = {{"blobs", "/store"}};
  EXPECT_THAT(plan(job_with("{path: 'azureml://datastores/blobs/paths/a/'}"), options).words,
              ElementsAre("terroir", "processes", "/store/a"));
  EXPECT_THAT(told(job_with("{path: 'azureml://datastores/blobs/paths/c'}"), options),
              ElementsAre("job.yml:3:20: inputs.a: there is no '/store/c'; check the path"));
  EXPECT_THAT(plan(job_writing("{path: 'azureml://datastores/blobs/paths/${{name}}/${{output_name}}'}"), options).words,
              ElementsAre("terroir", "processes", "/store/job-run/a"));
  options.datastores = {{"blobs", "/vsiaz/box"}};
  EXPECT_THAT(plan(job_with("{path: 'azureml://datastores/blobs/paths/a/'}"), options).words,
              ElementsAre("terroir", "processes", "/vsiaz/box/a/"));
  options.datastores = {{"workspaceblobstore", "default"}};
  EXPECT_THAT(plan(job_writing("{path: 'azureml://datastores/${{default_datastore}}/paths/x'}"), options).words,
              ElementsAre("terroir", "processes", "/home/me/project/default/x"));
}

TEST(LaunchPlan, AFolderOfADatastoreIsNotLeft) {
  LaunchOptions options = here();
  options.datastores = {{"blobs", "/store"}};
  EXPECT_THAT(
      told(job_with("{path: 'azureml://datastores/blobs/paths/../a'}"), options),
      ElementsAre("job.yml:3:20: inputs.a: '../a' may lie outside its data store; write it without '..', and without '/' in front"));
  EXPECT_THAT(
      told(job_writing("{path: 'azureml://datastores/blobs/paths/b/../../c'}"), options),
      ElementsAre(testing::HasSubstr("'b/../../c' may lie outside its data store; write it without '..', and without '/' in front")));
  EXPECT_THAT(told(job_writing("{path: 'azureml://datastores/blobs/paths//etc/x'}"), options),
              ElementsAre(testing::HasSubstr("'/etc/x' may lie outside its data store")));
  EXPECT_THAT(told(job_writing("{path: 'azureml://datastores/blobs/paths/b/..c'}"), options), IsEmpty());
}

TEST(LaunchPlan, AnOutputOfAnotherDatastoreIsWrittenHere) {
  const PlannedLaunch result = planned(job_writing("{path: 'azureml://datastores/blobs/paths/x'}"));
  EXPECT_THAT(result.commands.at(0).words, ElementsAre("terroir", "processes", "/home/me/project/job-run/outputs/a"));
  EXPECT_THAT(lines_of(result.findings),
              ElementsAre("job.yml:3:21: note: outputs.a: a launch writes it to /home/me/project/job-run/outputs/a; map "
                          "the data store with --datastore blobs=FOLDER"));
}

TEST(LaunchPlan, DataInTheCloudMustBeBound) {
  EXPECT_THAT(told(job_with("{path: 'azureml:dem:3'}")),
              ElementsAre("job.yml:3:20: inputs.a: 'azureml:dem:3' is not on this machine; give --input a=PATH"));
  EXPECT_THAT(
      told(job_with("{path: 'azureml://datastores/blobs/paths/x'}")),
      ElementsAre(
          "job.yml:3:20: inputs.a: 'azureml://datastores/blobs/paths/x' is not on this machine; give --input a=PATH, or --datastore "
          "blobs=FOLDER"));
  EXPECT_THAT(told(job_with("{path: 'https://example.org/x.tif?sig=secret', type: uri_file}")),
              ElementsAre("job.yml:3:20: inputs.a: 'https://example.org/x.tif' is not on this machine; give --input a=PATH"));
  EXPECT_THAT(
      told(job_with("{path: 'wasbs://box@acc.blob.core.windows.net/x'}")),
      ElementsAre("job.yml:3:20: inputs.a: 'wasbs://box@acc.blob.core.windows.net/x' is not on this machine; give --input a=PATH, or set "
                  "AZURE_STORAGE_ACCOUNT and its key for the account acc"));
}

TEST(LaunchPlan, ACheckOnlyNotesWhatIsInTheCloud) {
  LaunchOptions options = here();
  options.check_only = true;
  const PlannedLaunch result = planned(job_with("{path: 'azureml:dem:3'}"), options);
  EXPECT_THAT(lines_of(result.findings),
              ElementsAre("job.yml:3:20: note: inputs.a: 'azureml:dem:3' is not on this machine and was not checked; give --input a=PATH"));
  EXPECT_THAT(result.cloud, ElementsAre("a"));
  EXPECT_THAT(result.plan->words, ElementsAre("terroir", "processes", "azureml:dem:3"));
}

TEST(LaunchPlan, WhatAnotherStepMakesMustBeBound) {
  const JobFiles files = files_of(machine());
  const std::string text =
      "type: pipeline\ncompute: azureml:c\njobs:\n  a: {command: x, environment: 'azureml:e:1', outputs: {o: }}\n  b:\n    command: "
      "terroir processes "
      "${{inputs.i}}\n    environment: azureml:e:1\n    inputs: {i: '${{parent.jobs.a.outputs.o}}'}\n";
  const ParsedJob parsed = parse_job_text(text, {"p.yml", "b", {}, {}}, files);
  ASSERT_TRUE(parsed.job);
  EXPECT_THAT(lines_of(make_launch_plan(*parsed.job, here(), files).findings),
              ElementsAre("p.yml:8:14: inputs.i: '${{parent.jobs.a.outputs.o}}' is made by another step; give --input i=PATH"));
  LaunchOptions options = here();
  options.inputs = {{"i", "data"}};
  EXPECT_THAT(make_launch_plan(*parsed.job, options, files).commands.at(0).words,
              ElementsAre("terroir", "processes", "/home/me/project/data"));
}

TEST(LaunchPlan, SignaturesOfAddressesAreNotShown) {
  LaunchOptions options = here();
  options.check_only = true;
  EXPECT_THAT(plan(job_with("{path: 'https://example.org/x.tif?sig=secret', type: uri_file}"), options).words,
              ElementsAre("terroir", "processes", "https://example.org/x.tif"));
}

TEST(LaunchPlan, BlobsAreReadWhenTheEnvironmentOpensTheirAccount) {
  LaunchOptions options = here();
  options.environment = {{"AZURE_STORAGE_ACCOUNT", "acc"}, {"AZURE_STORAGE_ACCESS_KEY", "k"}};
  for (const char* path : {"wasbs://box@acc.blob.core.windows.net/a/b/", "https://acc.blob.core.windows.net/box/a/b/",
                           "abfss://box@acc.dfs.core.windows.net/a/b/"}) {
    const LaunchPlan made = plan(job_with(std::string("{path: '") + path + "'}"), options);
    EXPECT_THAT(made.words, ElementsAre("terroir", "processes", "/vsiaz/box/a/b/")) << path;
    EXPECT_EQ(value(made, "AZURE_STORAGE_ACCESS_KEY"), "k");
    EXPECT_EQ(value(made, "AZURE_ML_INPUT_a"), "/vsiaz/box/a/b/");
  }
  EXPECT_FALSE(planned(job_with("{path: 'wasbs://box@other.blob.core.windows.net/a'}"), options).plan);
  EXPECT_EQ(value(plan(job_of(""), options), "AZURE_STORAGE_ACCESS_KEY"), "absent");
  options.environment = {{"AZURE_STORAGE_CONNECTION_STRING", "DefaultEndpointsProtocol=http;AccountName=acc;AccountKey=k;"}};
  EXPECT_THAT(plan(job_with("{path: 'wasbs://box@acc.blob.core.windows.net/a'}"), options).words, Contains("/vsiaz/box/a"));
}

TEST(LaunchPlan, SetsTheEnvironmentOfAProcessThere) {
  LaunchOptions options = here();
  options.environment = {{"MLFLOW_TRACKING_URI", "http://127.0.0.1:5000"}, {"HOME", "/root"}};
  const LaunchPlan made = plan(usual + "environment_variables: {OWN: \"1\"}\nexperiment_name: alps\n", options);
  EXPECT_EQ(value(made, "OWN"), "1");
  EXPECT_EQ(value(made, "AZUREML_RUN_ID"), "job-run");
  EXPECT_EQ(value(made, "AZUREML_ROOT_RUN_ID"), "job-run");
  EXPECT_EQ(value(made, "AZUREML_EXPERIMENT_NAME"), "alps");
  EXPECT_EQ(value(made, "AZUREML_ARM_PROJECT_NAME"), "alps");
  EXPECT_EQ(value(made, "AZUREML_NODE_COUNT"), "4");
  EXPECT_EQ(value(made, "AZURE_ML_INPUT_dem"), "/home/me/project/data");
  EXPECT_EQ(value(made, "AZURE_ML_INPUT_year"), "absent");
  EXPECT_EQ(value(made, "AZURE_ML_OUTPUT_features"), "/home/me/project/job-run/outputs/features");
  EXPECT_EQ(value(made, "MLFLOW_TRACKING_URI"), "http://127.0.0.1:5000");
  EXPECT_EQ(value(made, "MLFLOW_EXPERIMENT_NAME"), "alps");
  EXPECT_EQ(value(made, "HOME"), "absent");
}

TEST(LaunchPlan, NamesTheRunAndItsExperiment) {
  LaunchOptions options = here();
  EXPECT_EQ(value(plan(usual, options), "AZUREML_EXPERIMENT_NAME"), "project");
  EXPECT_EQ(value(plan(usual, options), "MLFLOW_EXPERIMENT_NAME"), "absent");
  EXPECT_EQ(value(plan("name: fixed\n" + usual, options), "AZUREML_RUN_ID"), "fixed");
  options.experiment = "mine";
  options.run_id = "r1";
  EXPECT_EQ(value(plan(usual + "experiment_name: alps\n", options), "AZUREML_EXPERIMENT_NAME"), "mine");
  EXPECT_EQ(value(plan("name: fixed\n" + usual, options), "AZUREML_RUN_ID"), "r1");
}

TEST(LaunchPlan, ACommandIsNotGivenToAShellUnasked) {
  const std::string shell = job_of("", "terroir processes > list.txt"), other = job_of("", "python x.py");
  EXPECT_THAT(told(shell), ElementsAre("job.yml:1:10: command: the command needs a shell (for '>'); allow it with --allow-shell"));
  EXPECT_THAT(told(other), ElementsAre("job.yml:1:10: command: the command does not begin with terroir; allow it with --allow-shell"));
  LaunchOptions options = here();
  options.allow_shell = true;
  EXPECT_THAT(plan(shell, options).words, ElementsAre("/bin/bash", "-c", "terroir processes > list.txt"));
  EXPECT_THAT(plan(other, options).words, ElementsAre("/bin/bash", "-c", "python x.py"));
  options.allow_shell = false;
  options.check_only = true;
  EXPECT_TRUE(planned(other, options).plan);
  EXPECT_THAT(told(other, options),
              ElementsAre("job.yml:1:10: note: command: the command does not begin with terroir, which terroir launch starts "
                          "only when it is allowed to; allow it with --allow-shell"));
  EXPECT_THAT(plan(job_of("", "/opt/bin/terroir processes")).words, ElementsAre("/opt/bin/terroir", "processes"));
}

TEST(LaunchPlan, PathsStayWholeAndLiteralsAreReadAsInAShell) {
  LaunchOptions options = here();
  options.inputs = {{"a", "/big data"}};
  const std::string text = job_of("inputs: {a: {path: data}, b: 'x y', c: '$HOME'}",
                                  "\"terroir processes ${{inputs.a}} ${{inputs.b}} '${{inputs.b}}' '${{inputs.c}}'\"");
  EXPECT_THAT(plan(text, options).words, ElementsAre("terroir", "processes", "/big data", "x", "y", "x y", "$HOME"));
  const std::string unquoted = job_of("inputs: {c: 'a; rm -r b'}", "terroir processes ${{inputs.c}}");
  EXPECT_THAT(told(unquoted), ElementsAre("job.yml:1:10: command: the command needs a shell (for ';'); allow it with --allow-shell"));
  options.allow_shell = true;
  EXPECT_THAT(plan(job_of("inputs: {a: {path: data}}", "\"ls ${{inputs.a}} | wc -l\""), options).words,
              ElementsAre("/bin/bash", "-c", "ls '/big data' | wc -l"));
}

TEST(LaunchPlan, ABlockOfOneLineIsOneCommand) {
  EXPECT_THAT(plan("environment: azureml:e@latest\ncommand: |\n  terroir processes slope\n").words,
              ElementsAre("terroir", "processes", "slope"));
  EXPECT_THAT(plan("environment: azureml:e@latest\ncommand: >\n  terroir\n  processes\n").words, ElementsAre("terroir", "processes"));
  EXPECT_THAT(told("environment: azureml:e@latest\ncommand: |\n  terroir processes\n  terroir processes\n"),
              ElementsAre("job.yml:2:10: command: the command needs a shell (for a second line); allow it with --allow-shell"));
  LaunchOptions options = here();
  options.allow_shell = true;
  EXPECT_THAT(told("environment: azureml:e@latest\ncommand: terroir processes 'slope\n", options),
              ElementsAre("job.yml:2:10: command: a quote is not closed; close it"));
}

TEST(LaunchPlan, OptionalInputsComeAndGo) {
  const std::string pipeline =
      "type: pipeline\ncompute: azureml:c\njobs:\n  s:\n    inputs: {GIVEN}\n    component:\n      inputs: {a: {type: string, optional: "
      "true}, b: {type: "
      "uri_file, optional: "
      "true}}\n      command: terroir processes $[[--a ${{inputs.a}}]] x$[[ --b ${{inputs.b}}]]\n      environment: azureml:e@latest\n";
  const auto words = [&](const std::string& given, LaunchOptions options = here()) {
    std::string text = pipeline;
    text.replace(text.find("GIVEN"), 5, given);
    const JobFiles files = files_of(machine());
    const ParsedJob parsed = parse_job_text(text, {"p.yml", "s", {}, options.inputs}, files);
    EXPECT_TRUE(parsed.job) << testing::PrintToString(lines_of(parsed.findings));
    const PlannedLaunch result = make_launch_plan(*parsed.job, options, files);
    EXPECT_EQ(result.plan->folder, "/home/me/project/p-s-run");
    return result.commands.at(0).words;
  };
  EXPECT_THAT(words(""), ElementsAre("terroir", "processes", "x"));
  EXPECT_THAT(words("a: 1"), ElementsAre("terroir", "processes", "--a", "1", "x"));
  EXPECT_THAT(words("b: {type: uri_file, path: data/dem.tif}"),
              ElementsAre("terroir", "processes", "x", "--b", "/home/me/project/data/dem.tif"));
  LaunchOptions options = here();
  options.inputs = {{"a", "2"}};
  EXPECT_THAT(words("", options), ElementsAre("terroir", "processes", "--a", "2", "x"));
}

TEST(LaunchPlan, CodeInTheCloudCannotBeLaunched) {
  EXPECT_THAT(told(job_of("code: azureml:c:1")), ElementsAre("job.yml:3:7: code: 'azureml:c:1' is not on this machine; name a folder"));
  LaunchOptions options = here();
  options.check_only = true;
  EXPECT_THAT(told(job_of("code: azureml:c:1"), options),
              ElementsAre("job.yml:3:7: note: code: 'azureml:c:1' is not on this machine and was not checked; name a folder"));
}

TEST(LaunchPlan, AFileOutputHasItsFolderMade) {
  const LaunchPlan made = plan(job_writing("{type: uri_file}"));
  EXPECT_THAT(paths_of(made.folders), Not(Contains("/home/me/project/job-run/outputs/a")));
  EXPECT_THAT(made.words, Contains("/home/me/project/job-run/outputs/a"));
}

}  // namespace
}  // namespace terroir
