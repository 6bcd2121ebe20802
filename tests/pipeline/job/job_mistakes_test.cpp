#include "tests/pipeline/job/job_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace terroir {
namespace {

using testing::ElementsAre;

struct Mistake {
  std::string text;     ///< lines after `command` and `environment`
  std::string message;  ///< without the file
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.text; }

class JobMistake : public testing::TestWithParam<Mistake> {};

TEST_P(JobMistake, IsToldWithItsPlaceAndARemedy) {
  EXPECT_THAT(job_messages(job_of(GetParam().text)), ElementsAre("job.yml:" + GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Top, JobMistake,
    testing::Values(
        Mistake{"resource: {instance_count: 2}", "3:1: resource: unknown key 'resource'; did you mean 'resources'?"},
        Mistake{"name: 5", "3:7: name: '5' is a number to Azure ML, which takes text here; put it in quotes, as \"5\""},
        Mistake{"description: yes",
                "3:14: description: 'yes' is true or false to Azure ML, which takes text here; put it in quotes, as \"yes\""},
        Mistake{"display_name: 2024-01-01",
                "3:15: display_name: '2024-01-01' is a date to Azure ML, which takes text here; put it in quotes, as \"2024-01-01\""},
        Mistake{"experiment_name:", "3:1: experiment_name: nothing is not text; give it, or remove the line"},
        Mistake{"tags: {run: 5}", "3:13: tags.run: '5' is a number to Azure ML, which takes text here; put it in quotes, as \"5\""},
        Mistake{"tags: {5: a}", "3:8: tags.5: the name '5' is a number to Azure ML; put it in quotes, or take another name"},
        Mistake{"properties: [a]", "3:13: properties: a list is not a map; write lines of `name: ...`"},
        Mistake{"environment_variables: {A: [1]}",
                "3:28: environment_variables.A: a list is no value of an environment variable; give text"},
        Mistake{"environment_variables: {A=B: c}",
                "3:25: environment_variables.A=B: 'A=B' is no name of an environment variable; take another"},
        Mistake{"code: nowhere", "3:7: code: there is no 'nowhere'; check the path; it begins where the file stands that names it"},
        Mistake{"code: file:src", "3:7: code: Azure ML's client takes no file: in front of the folder of the code; write code: src"},
        Mistake{"code: git+https://x.org/y", "3:7: code: Azure ML's client does not take code from Git; clone it, and name the folder"},
        Mistake{"code: azureml:c", "3:7: code: 'azureml:c' has no version; write azureml:NAME:VERSION or azureml:NAME@latest"},
        Mistake{"code: wasbs://c@a.blob.core.windows.net/x",
                "3:7: code: 'wasbs://c@a.blob.core.windows.net/x' is no place for code; name a folder beside the job file"},
        Mistake{"code: {local_path: src}", "3:7: code: 'code' is a map, as in an early version of Azure ML's jobs; write code: FOLDER"}));

INSTANTIATE_TEST_SUITE_P(
    Settings, JobMistake,
    testing::Values(
        Mistake{
            "distribution: {type: pytorch, process_count_per_instance: 2}",
            "3:22: distribution.type: a job of type pytorch needs that framework's launcher in its image; give type: mpi; Terroir's ranks "
            "talk through MPI"},
        Mistake{"distribution: {type: TensorFlow, worker_count: 2}",
                "3:22: distribution.type: a job of type tensorflow needs that framework's launcher in its image; give type: mpi; Terroir's "
                "ranks talk through MPI"},
        Mistake{"distribution: {type: ray}",
                "3:22: distribution.type: a job of type ray needs that framework's launcher in its image; give type: mpi; Terroir's ranks "
                "talk through MPI"},
        Mistake{"distribution: {type: mpl}", "3:22: distribution.type: 'mpl' is not a choice; did you mean 'mpi'?"},
        Mistake{"distribution: {process_count_per_instance: 2}", "3:15: distribution: 'type' is missing; give type: mpi"},
        Mistake{"distribution: {type: mpi, process_count: 2}",
                "3:27: distribution.process_count: unknown key 'process_count'; use type or process_count_per_instance"},
        Mistake{"distribution: {type: mpi, process_count_per_instance: 0}",
                "3:55: distribution.process_count_per_instance: '0' is not a whole number from 1 to 100000; give a whole number from 1 to "
                "100000"},
        Mistake{"distribution: mpi", "3:15: distribution: 'mpi' is not a map; use type or process_count_per_instance"},
        Mistake{"resources: {instance_count: 0}",
                "3:29: resources.instance_count: '0' is not a whole number from 1 to 100000; give a whole number from 1 to 100000"},
        Mistake{"resources: {instance_count: two}", "3:29: resources.instance_count: 'two' is not a whole number; give a whole number"},
        Mistake{"resources: {instance_count: true}", "3:29: resources.instance_count: 'true' is not a whole number; give a whole number"},
        Mistake{"resources: {instance_counts: 2}",
                "3:13: resources.instance_counts: unknown key 'instance_counts'; did you mean 'instance_count'?"},
        Mistake{"resources: {shm_size: 2}",
                "3:23: resources.shm_size: '2' is a number to Azure ML, which takes text here; put it in quotes, as \"2\""},
        Mistake{"resources: {shm_size: 2x}", "3:23: resources.shm_size: '2x' is no size; give a number and b, k, m or g, as 2g"},
        Mistake{"resources: {locations: a}", "3:24: resources.locations: 'a' is not a list of texts; give a list of texts"},
        Mistake{"resources: {docker_args: [1]}",
                "3:27: resources.docker_args: '1' is a number to Azure ML, which takes text here; put it in quotes, as \"1\""},
        Mistake{"resources: {instance_count: 4, max_instance_count: 2}\ndistribution: {type: mpi}",
                "3:52: resources.max_instance_count: the maximum is below 'instance_count'; give at least as many"},
        Mistake{"limits: {timeout: 1h}", "3:19: limits.timeout: '1h' is not a whole number; give a whole number"},
        Mistake{"limits: {timeout: -5}",
                "3:19: limits.timeout: '-5' is not a whole number from 0 to 315360000; give a whole number from 0 to 315360000"},
        Mistake{"limits: {time: 5}", "3:10: limits.time: unknown key 'time'; use timeout"},
        Mistake{"queue_settings: {job_tier: cheap}",
                "3:28: queue_settings.job_tier: 'cheap' is not a choice; use spot, basic, standard, premium or null"},
        Mistake{"queue_settings: {priority: hihg}", "3:28: queue_settings.priority: 'hihg' is not a choice; did you mean 'high'?"},
        Mistake{"identity: {type: user}",
                "3:18: identity.type: 'user' is not a choice; use user_identity, managed, managed_identity or aml_token"},
        Mistake{"identity: {type: user_identity, client_id: a}", "3:33: identity.client_id: unknown key 'client_id'; use type"},
        Mistake{"services: {s: {nodes: some}}",
                "3:23: services.s.nodes: 'some' is not all; write nodes: all, or remove it for the first node"},
        Mistake{"services: {s: {type: ssh, port: 0}}",
                "3:33: services.s.port: '0' is not a whole number from 1 to 65535; give a whole number from 1 to 65535"}));

/// Mistakes in the environment of a job that has nothing else than a command.
class EnvironmentMistake : public testing::TestWithParam<Mistake> {};

TEST_P(EnvironmentMistake, IsToldWithItsPlaceAndARemedy) {
  EXPECT_THAT(job_messages("command: x\nenvironment: " + GetParam().text + "\n"), ElementsAre("job.yml:2:" + GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Environment, EnvironmentMistake,
    testing::Values(
        Mistake{"terroir", "14: environment: 'terroir' is no environment; did you mean azureml:terroir@latest?"},
        Mistake{"{image: x, tag: y}", "25: environment.tag: unknown key 'tag'; did you mean 'tags'?"},
        Mistake{"{}", "14: environment: neither 'image' nor 'build' is given; give image: the address of a Docker image"},
        Mistake{"{image: x, build: {path: image}}", "32: environment.build: 'build' does not go with 'image'; remove one of them"},
        Mistake{"{image: x, conda_file: no.yml}",
                "37: environment.conda_file: there is no file 'no.yml'; check the path, or write the map inline"},
        Mistake{"{build: {path: nowhere}}", "29: environment.build.path: there is no folder 'nowhere'; check the path"},
        Mistake{"{build: {dockerfile_path: D}}", "22: environment.build: 'path' is missing; give path: the folder of the Dockerfile"},
        Mistake{
            "{image: x, dependencies: [a]}",
            "39: environment.dependencies: this is a conda file, not an environment; write environment: {image: IMAGE, conda_file: FILE}"},
        Mistake{"file:no.yml", "14: environment: there is no file 'no.yml'; check the path; it begins where the job file stands"}));

/// Mistakes of inputs and outputs, which the command uses all.
class PortMistake : public testing::TestWithParam<Mistake> {};

TEST_P(PortMistake, IsToldWithItsPlaceAndARemedy) {
  const bool output = GetParam().text.rfind("outputs", 0) == 0;
  EXPECT_THAT(job_messages(job_of(GetParam().text, output ? "x ${{outputs.a}}" : "x ${{inputs.a}}")),
              ElementsAre("job.yml:" + GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, PortMistake,
    testing::Values(
        Mistake{"inputs: {a: }", "3:10: inputs.a: nothing is given for it; give a value, or {path: PATH}"},
        Mistake{"inputs: {a: [1]}",
                "3:13: inputs.a: a list stands here to Azure ML, which takes text, numbers, true and false; give a value, or {path: PATH}"},
        Mistake{"inputs: {a: 2024-01-01}",
                "3:13: inputs.a: '2024-01-01' is a date to Azure ML, which takes text, numbers, true and false; put it in quotes"},
        Mistake{"inputs: {a: .inf}",
                "3:13: inputs.a: '.inf' is no number to Azure ML, which takes text, numbers, true and false; put it in quotes"},
        Mistake{"inputs: {a: \"${{inputs.b}}\"}", "3:13: inputs.a: '${{inputs.b}}' is not replaced in a job; write the value out"},
        Mistake{"inputs: {a: {path: nowhere}}",
                "3:20: inputs.a.path: there is no 'nowhere'; check the path; it begins where the file stands that names it"},
        Mistake{"inputs: {a: {path: data/dem.tif}}",
                "3:20: inputs.a.path: 'data/dem.tif' is a file; name a folder, or give type: uri_file"},
        Mistake{"inputs: {a: {type: uri_file, path: data}}",
                "3:36: inputs.a.path: 'data' is a folder; name a file, or give type: uri_folder"},
        Mistake{"inputs: {a: {type: uri_folder}}",
                "3:10: inputs.a: 'path' is missing; give path: a file or folder beside the job file, azureml:NAME:VERSION, or a URI"},
        Mistake{"inputs: {a: {path: ''}}", "3:20: inputs.a.path: the path is empty; give one"},
        Mistake{"inputs: {a: {path: '${{inputs.b}}'}}",
                "3:20: inputs.a.path: '${{inputs.b}}' is not replaced in a job; write the path out"},
        Mistake{
            "inputs: {a: {type: folder, path: data}}",
            "3:20: inputs.a.type: 'folder' is not a choice; use uri_folder, uri_file, mltable, custom_model, mlflow_model or triton_model"},
        Mistake{"inputs: {a: {type: integer, path: data}}",
                "3:20: inputs.a.type: 'integer' is a type of a component's input, not of a job's; write the literal itself, as a: VALUE"},
        Mistake{"inputs: {a: {path: data, mode: rw_mount}}", "3:32: inputs.a.mode: 'rw_mount' is not a choice; did you mean 'ro_mount'?"},
        Mistake{"inputs: {a: {path: data, mode: eval_mount}}",
                "3:32: inputs.a.mode: 'eval_mount' is not a choice; use ro_mount, download or direct"},
        Mistake{"inputs: {a: {path: data, optional: true}}",
                "3:26: inputs.a.optional: unknown key 'optional'; use type, path, mode or datastore"},
        Mistake{"inputs: {a: {value: 5, mode: download}}", "3:24: inputs.a.mode: unknown key 'mode'; use value"},
        Mistake{"inputs: {a: 1, b-c: 2}", "3:16: inputs.b-c: 'b-c' is not a name; use letters, digits and _, not beginning with a digit"},
        Mistake{"inputs: {a: 1, no: 2}",
                "3:16: inputs.no: the name 'no' is true or false to Azure ML; put it in quotes, or take another name"},
        Mistake{"inputs: {a: 1, Path: 2}", "3:16: inputs.Path: the name 'Path' is reserved by Azure ML; take another name"}));

INSTANTIATE_TEST_SUITE_P(
    Outputs, PortMistake,
    testing::Values(
        Mistake{"outputs: {a: {path: ./out}}",
                "3:21: outputs.a.path: './out' is a local path, and Azure ML writes to data stores only; give path: "
                "azureml://datastores/NAME/paths/PATH, or remove it and bind the output with --output a=PATH when you launch"},
        Mistake{"outputs: {a: {path: wasbs://c@s.blob.core.windows.net/x}}",
                "3:21: outputs.a.path: 'wasbs://c@s.blob.core.windows.net/x' is no path of a data store; give path: "
                "azureml://datastores/NAME/paths/PATH, or remove it and bind the output with --output a=PATH when you launch"},
        Mistake{"outputs: {a: {mode: ro_mount}}", "3:21: outputs.a.mode: 'ro_mount' is not a choice; did you mean 'rw_mount'?"},
        Mistake{"outputs: {a: {mode: direct}}", "3:21: outputs.a.mode: 'direct' is not a choice; use rw_mount, upload or mount"},
        Mistake{
            "outputs: {a: {type: zarr}}",
            "3:21: outputs.a.type: 'zarr' is not a choice; use uri_folder, uri_file, mltable, custom_model, mlflow_model or triton_model"},
        Mistake{"outputs: {a: {nam: x}}", "3:15: outputs.a.nam: unknown key 'nam'; did you mean 'name'?"},
        Mistake{"outputs: {a: {version: 3}}", "3:24: outputs.a.version: a version needs a name; give name: the name of the data asset"},
        Mistake{"outputs: {a: {name: a b}}",
                "3:21: outputs.a.name: 'a b' is no name of a data asset; use at most 255 letters, digits, - and _"},
        Mistake{"outputs: {a: out}", "3:14: outputs.a: 'out' is not a map; use type, mode, path, name or version"}));

/// Mistakes in the command of a job with the inputs dem and year and the output features.
class CommandMistake : public testing::TestWithParam<Mistake> {};

TEST_P(CommandMistake, IsToldWithItsPlaceAndARemedy) {
  const std::string text = job_of("inputs: {dem: {path: data}, year: 5}\noutputs: {features: }",
                                  "x ${{inputs.dem}} ${{inputs.year}} ${{outputs.features}} " + GetParam().text);
  EXPECT_THAT(job_messages(text), ElementsAre("job.yml:1:10: " + GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Command, CommandMistake,
    testing::Values(
        Mistake{"${{inputs.dam}}", "command: '${{inputs.dam}}' is not declared; did you mean 'dem'?"},
        Mistake{"${{ outputs.tiles }}", "command: '${{outputs.tiles}}' is not declared; declare it under outputs"},
        Mistake{"${{input.dem}}", "command: '${{input.dem}}' is not known here; did you mean 'inputs'?"},
        Mistake{"${{parent.inputs.dem}}",
                "command: '${{parent.inputs.dem}}' is not known in a command; hand it to the step as an input, and write ${{inputs.NAME}}"},
        Mistake{"${{search_space.a}}", "command: '${{search_space.a}}' belongs to a sweep job; make an input of it"},
        Mistake{"${{name}}", "command: '${{name}}' is replaced only in the path of an output; use ${{outputs.NAME}}"},
        Mistake{"${{inputs}}", "command: '${{inputs}}' names nothing; write ${{inputs.NAME}}"},
        Mistake{"${{inputs.a b}}", "command: '${{inputs.a b}}' names nothing; write ${{inputs.NAME}}"},
        Mistake{"${{inputs.dem", "command: '${{' is not closed; write ${{inputs.NAME}} or ${{outputs.NAME}}"},
        Mistake{"$[[--y ${{inputs.year}}]]",
                "command: a $[[ ]] holds no optional input; remove the brackets; only a component has optional inputs"},
        Mistake{"{inputs.year}",
                "warning: command: {inputs.NAME} is an old form that Azure ML's client still replaces; write ${{inputs.NAME}}"}));

TEST(JobMistakes, NamesInSingleBracesAreCheckedAsWell) {
  EXPECT_THAT(job_messages(job_of("inputs: {year: 5}", "x '{inputs.yaer}' {inputs} {{inputs.year}}")),
              ElementsAre("job.yml:1:10: command: '${{inputs.yaer}}' is not declared; did you mean 'year'?",
                          testing::StartsWith("job.yml:1:10: warning: command: {inputs.NAME} is an old form")));
}

TEST(JobMistakes, WhatIsNotUsedIsAWarning) {
  const auto parsed = parse_job_text(job_of("inputs: {a: 1, b: {path: data}}\noutputs: {c: , d: }", "x $AZURE_ML_OUTPUT_d"));
  EXPECT_TRUE(parsed.job);
  EXPECT_THAT(lines_of(parsed.findings),
              ElementsAre("job.yml:3:10: warning: inputs.a: the command does not use it; add ${{inputs.a}}, or remove it",
                          "job.yml:3:16: warning: inputs.b: the command does not use it; add ${{inputs.b}}, or remove it",
                          "job.yml:4:11: warning: outputs.c: the command does not use it; add ${{outputs.c}}, or remove it"));
}

TEST(JobMistakes, WhatAzureChangesInSilenceIsAWarning) {
  const auto warnings = [](const std::string& more, const std::string& command = "x") {
    const auto parsed = parse_job_text(job_of(more, command));
    EXPECT_TRUE(parsed.job);
    return lines_of(parsed.findings);
  };
  EXPECT_THAT(warnings("resources: {instance_count: 1.5}"),
              ElementsAre("job.yml:3:29: warning: resources.instance_count: Azure ML takes '1.5' for 1; write a whole number"));
  EXPECT_THAT(warnings("inputs: {a: {value: 1.5}}", "x ${{inputs.a}}"),
              ElementsAre("job.yml:3:21: warning: inputs.a.value: Azure ML's client turns {value: 1.5} into 1; write a: 1.5"));
  EXPECT_THAT(warnings("inputs: {a: {value: 1}}", "x ${{inputs.a}}"),
              ElementsAre("job.yml:3:21: warning: inputs.a.value: Azure ML's client turns {value: 1} into True; write a: 1"));
  EXPECT_THAT(warnings("limits: {timeout: 0}"),
              ElementsAre("job.yml:3:19: warning: limits.timeout: a timeout of 0 is none; give seconds, or remove it"));
  EXPECT_THAT(
      warnings("environment_variables: {A: 5, B: '${{inputs.x}}', C: }"),
      ElementsAre("job.yml:3:28: warning: environment_variables.A: '5' is a number to Azure ML, not text; put it in quotes, as \"5\"",
                  "job.yml:3:34: warning: environment_variables.B: '${{inputs.x}}' is not replaced in an environment variable; hand it "
                  "over as an argument of the command",
                  "job.yml:3:51: warning: environment_variables.C: the variable has no value and is not set; give \"\" for an empty one, "
                  "or remove it"));
  EXPECT_THAT(
      warnings("resources: {instance_count: 2}"),
      ElementsAre("job.yml:3:12: warning: resources.instance_count: without 'distribution' each instance runs the command by itself; "
                  "give distribution: {type: mpi}"));
  EXPECT_THAT(warnings("limits: {timeout: 1}\nlimits: {timeout: 2}"),
              ElementsAre("job.yml:4:1: warning: 'limits' is given twice, first in line 3, and the last one counts; keep one"));
}

TEST(JobMistakes, AreToldAllAtOnce) {
  EXPECT_THAT(job_messages("comand: x\nenvironment: e\ninputs: {a: {path: nowhere}}\nresources: {instance_count: 0}\n"),
              ElementsAre("job.yml:1:1: comand: unknown key 'comand'; did you mean 'command'?",
                          "job.yml:2:14: environment: 'e' is no environment; did you mean azureml:e@latest?",
                          testing::StartsWith("job.yml:3:20: inputs.a.path: there is no 'nowhere'"),
                          testing::StartsWith("job.yml:4:29: resources.instance_count: '0' is not a whole number from 1")));
}

TEST(JobMistakes, TwoOutputsNeedTwoPlaces) {
  EXPECT_THAT(
      job_messages(job_of("outputs:\n  a: {path: azureml://datastores/d/paths/x}\n  b: {path: azureml://datastores/d/paths/y/../x/}",
                          "x ${{outputs.a}} ${{outputs.b}}")),
      ElementsAre("job.yml:5:13: outputs.b.path: output 'a' has the same path; give each its own folder"));
}

TEST(JobMistakes, ALineIsNotContinuedByABackslash) {
  EXPECT_THAT(
      job_messages("command: |\n  terroir \\\n    processes\nenvironment: azureml:e@latest\n"),
      ElementsAre("job.yml:1:10: command: Azure ML does not continue a line that ends with a backslash; fold the lines with command: >-"));
}

TEST(JobMistakes, AnEnvironmentFileKeepsItsPlaces) {
  auto files = usual_files();
  files["env.yml"] = "image: i\nos_type: plan9\n";
  EXPECT_THAT(lines_of(parse_job_text("command: x\nenvironment: file:env.yml\n", {}, files_of(files)).findings),
              ElementsAre("job.yml:2:14: environment: env.yml:2:10: os_type: 'plan9' is not a choice; use linux or windows"));
}

TEST(JobMistakes, MessagesStayShort) {
  const std::string word(5000, 'x');
  for (const auto& line : job_messages(job_of(word + ": {" + word + ": " + word + "}\ninputs: {" + word + ": {path: " + word + "}}")))
    EXPECT_LE(line.size(), 1000u);
}

}  // namespace
}  // namespace terroir
