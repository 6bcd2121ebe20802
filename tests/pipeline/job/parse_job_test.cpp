#include "tests/pipeline/job/job_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

CommandJob right(const std::string& text, const JobRequest& request = {}) {
  const ParsedJob parsed = parse_job_text(text, request);
  EXPECT_THAT(lines_of(parsed.findings), IsEmpty());
  return parsed.job.value_or(CommandJob{});
}

TEST(ParseJob, ReadsEverythingThatAJobMaySay) {
  const CommandJob job = right(R"($schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
type: command
name: terrain-1
display_name: terrain
experiment_name: alps
description: Features of the terrain
tags: {team: a, empty: }
properties: {p: q}
command: terroir run recipe.yml --input dem=${{inputs.dem}} --input year=${{ inputs.year }} --output out=${{outputs.features}}
code: src
environment: azureml:terroir@latest
environment_variables: {TERROIR_CPU: "v2"}
compute: azureml:cluster
distribution: {type: MPI, process_count_per_instance: 8}
resources: {instance_count: 4, instance_type: Standard_D8_v3, shm_size: 4g, docker_args: [--ipc=host], locations: [westeurope],
            properties: {a: 1}, max_instance_count: 5}
limits: {timeout: 3600}
inputs:
  dem: {type: uri_file, path: data/dem.tif, mode: download}
  year: 2024
outputs:
  features: {type: uri_folder, mode: upload, path: azureml://datastores/blobs/paths/terrain/, name: terrain, version: 3}
queue_settings: {job_tier: Spot, priority: high}
services: {shell: {type: ssh, ssh_public_keys: k}, board: {type: tensor_board, log_dir: logs}}
identity: {type: UserIdentity}
)");
  EXPECT_EQ(job.file, "job.yml");
  EXPECT_EQ(job.folder, ".");
  EXPECT_EQ(job.name, "terrain-1");
  EXPECT_EQ(job.display_name, "terrain");
  EXPECT_EQ(job.experiment_name, "alps");
  EXPECT_EQ(job.description, "Features of the terrain");
  EXPECT_THAT(job.tags, ElementsAre(Pair("team", "a"), Pair("empty", "")));
  EXPECT_THAT(job.properties, ElementsAre(Pair("p", "q")));
  EXPECT_EQ(job.command_at, (Position{9, 10}));
  EXPECT_EQ(job.code.name, "src");
  EXPECT_EQ(job.environment, "azureml:terroir@latest");
  EXPECT_THAT(job.environment_variables, ElementsAre(Pair("TERROIR_CPU", "v2")));
  EXPECT_EQ(job.compute, "azureml:cluster");
  EXPECT_TRUE(job.mpi);
  EXPECT_EQ(job.processes, 8);
  EXPECT_EQ(job.resources.instance_count, 4);
  EXPECT_EQ(job.resources.instance_type, "Standard_D8_v3");
  EXPECT_EQ(job.resources.shm_size, "4g");
  EXPECT_EQ(job.timeout_seconds, 3600);
  ASSERT_EQ(job.inputs.size(), 2u);
  EXPECT_FALSE(job.inputs[0].literal);
  EXPECT_EQ(job.inputs[0].kind, DataKind::uri_file);
  EXPECT_EQ(job.inputs[0].mode, InputMode::download);
  EXPECT_EQ(job.inputs[0].place.name, "data/dem.tif");
  EXPECT_EQ(job.inputs[0].path_at, (Position{19, 31}));
  EXPECT_TRUE(job.inputs[1].literal);
  EXPECT_EQ(job.inputs[1].value, "2024");
  ASSERT_EQ(job.outputs.size(), 1u);
  EXPECT_EQ(job.outputs[0].mode, OutputMode::upload);
  EXPECT_EQ(job.outputs[0].place.kind, DataPlace::Kind::datastore);
  EXPECT_EQ(job.outputs[0].place.name, "blobs");
  EXPECT_EQ(job.outputs[0].asset, "terrain");
  EXPECT_EQ(job.outputs[0].version, "3");
  EXPECT_EQ(job.job_tier, "spot");
  EXPECT_EQ(job.priority, "high");
  EXPECT_EQ(job.identity, "user_identity");
  EXPECT_THAT(job.services, ElementsAre("shell", "board"));
}

TEST(ParseJob, HasAzuresDefaults) {
  const CommandJob job = right(job_of("inputs: {a: {path: 'azureml:scenes:3'}}\noutputs: {b: }", "x ${{inputs.a}} ${{outputs.b}}"));
  EXPECT_EQ(job.inputs[0].kind, DataKind::uri_folder);
  EXPECT_EQ(job.inputs[0].mode, InputMode::ro_mount);
  EXPECT_EQ(job.outputs[0].kind, DataKind::uri_folder);
  EXPECT_EQ(job.outputs[0].mode, OutputMode::rw_mount);
  EXPECT_EQ(job.outputs[0].place.kind, DataPlace::Kind::none);
  EXPECT_FALSE(job.mpi);
  EXPECT_EQ(job.resources.instance_count, 1);
  EXPECT_FALSE(job.timeout_seconds);
  EXPECT_EQ(job.code.kind, DataPlace::Kind::none);
  EXPECT_EQ(right(job_of("distribution: {type: mpi}")).processes, 1);
}

TEST(ParseJob, LiteralsTravelAsPythonPrintsThem) {
  const CommandJob job = right(job_of("inputs: {a: true, b: 0.10, c: 1e-05, d: 10.0, e: 'true', f: 010, g: on, h: \"\", i: {value: 7}}",
                                      "x ${{inputs.a}}${{inputs.b}}${{inputs.c}}${{inputs.d}}${{inputs.e}}${{inputs.f}}${{inputs.g}}"
                                      "${{inputs.h}}${{inputs.i}}"));
  std::vector<std::string> values;
  for (const auto& input : job.inputs) values.push_back(input.value.value_or("none"));
  EXPECT_THAT(values, ElementsAre("True", "0.1", "1e-05", "10.0", "true", "8", "True", "", "7"));
}

TEST(ParseJob, PathsBeginWhereTheFileStands) {
  const auto files = files_of({{"/home/ann/jobs/data/dem.tif", ""}, {"/home/ann/src/r.yml", ""}});
  const auto text = job_of("code: ../src\ninputs: {dem: {path: data}}", "x ${{inputs.dem}}");
  const ParsedJob parsed = parse_job_text(text, {"/home/ann/jobs/job.yml", "", {}, {}}, files);
  ASSERT_TRUE(parsed.job) << testing::PrintToString(lines_of(parsed.findings));
  EXPECT_EQ(parsed.job->inputs[0].place.name, "/home/ann/jobs/data");
  EXPECT_EQ(parsed.job->code.name, "/home/ann/src");
}

TEST(ParseJob, WhatTheCommandLineBindsNeedNotExist) {
  const auto text = job_of("inputs: {dem: {path: nowhere}}", "x ${{inputs.dem}}");
  EXPECT_FALSE(parse_job_text(text).job);
  EXPECT_TRUE(parse_job_text(text, {"", "", {}, {{"dem", "/other"}}}).job);
}

TEST(ParseJob, ValuesAreSetFromTheCommandLine) {
  JobRequest request;
  request.sets = {{"resources.instance_count", "3"}, {"inputs.year", "2025"}, {"name", "\"7\""}, {"inputs.keep", "false"}};
  const CommandJob job =
      right(job_of("distribution: {type: mpi}\ninputs: {year: 2024, keep: true}", "x ${{inputs.year}} ${{inputs.keep}}"), request);
  EXPECT_EQ(job.resources.instance_count, 3);
  EXPECT_EQ(job.inputs[0].value, "2025");
  EXPECT_EQ(job.inputs[1].value, "False");
  EXPECT_EQ(job.name, "7");
}

TEST(ParseJob, WhatCannotBeSetIsTold) {
  const auto set = [](const std::string& path) { return job_messages(job_of(""), {"", "", {{path, "x"}}, {}}); };
  EXPECT_THAT(set("environment.image"),
              ElementsAre("job.yml: --set environment.image: 'environment' is 'azureml:e@latest', not a map; set it as a whole"));
  EXPECT_THAT(set("a..b"), testing::Contains("job.yml: --set a..b: 'a..b' is no path of a value; write it as resources.instance_count"));
  EXPECT_THAT(set("nam"), ElementsAre("job.yml: nam: unknown key 'nam'; did you mean 'name'?"));
  EXPECT_THAT(job_messages(job_of(""), {"", "", {{"resources.instance_count", "none"}}, {}}),
              ElementsAre("job.yml: resources.instance_count: 'none' is not a whole number; give a whole number"));
}

TEST(ParseJob, AnEnvironmentFileIsReadBesideTheJob) {
  EXPECT_EQ(right("command: x\nenvironment: file:./env.yml\n").environment, "i");
  EXPECT_EQ(right("command: x\nenvironment: {build: {path: image}}\n").environment, "");
}

TEST(IsJob, TellsAJobFromARecipeByItsKeys) {
  const auto is = [](const std::string& text) { return is_job(read_yaml(text).root); };
  EXPECT_TRUE(is("command: x\nenvironment: y\n"));
  EXPECT_TRUE(is("comand: x\nenvironment: y\ninputs: {}\noutputs: {}\n"));
  EXPECT_TRUE(is("type: pipeline\njobs: {}\n"));
  EXPECT_TRUE(is("trigger: {}\ncreate_job: ./p.yml\nname: x\n"));
  EXPECT_FALSE(is("version: 1\ninputs: {}\nsteps: {}\noutputs: {}\n"));
  EXPECT_FALSE(is("version: 1\nname: x\ninputs: {}\noutputs: {}\n"));
  EXPECT_FALSE(is("version: 1\ninputs: {}\nsteps: {}\noutputs: {}\ntags: {}\n"));
  EXPECT_FALSE(is(""));
  EXPECT_FALSE(is("- command\n"));
}

}  // namespace
}  // namespace terroir
