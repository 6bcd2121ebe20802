#include "tests/pipeline/job/job_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string component = R"($schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: features
version: 1
inputs:
  dem: {type: uri_folder}
  year: {type: integer, default: 2024, min: 1900, max: 2100}
  method: {type: string, default: fast, enum: [fast, slow]}
  note: {type: string, optional: true, default: ""}
  mask: {type: uri_file, optional: true}
outputs:
  made: {type: uri_folder}
code: ../src
environment: azureml:terroir@latest
command: >-
  terroir run recipe.yml --input dem=${{inputs.dem}} --input year=${{inputs.year}} --input m=${{inputs.method}}
  $[[--input note=${{inputs.note}}]] $[[--input mask=${{inputs.mask}}]] --output out=${{outputs.made}}
distribution: {type: mpi, process_count_per_instance: 2, added: 7}
resources: {instance_count: 3, own: 1}
)";

const std::string pipeline = R"(type: pipeline
experiment_name: alps
settings: {default_compute: azureml:c}
inputs:
  dem: {type: uri_folder, path: data}
  year: 1999
  nodes: 5
outputs:
  made: {mode: rw_mount, path: azureml://datastores/blobs/paths/made}
jobs:
  prepare:
    type: command
    component: ./parts/component.yml
    inputs: {dem: "${{parent.inputs.dem}}", year: "${{parent.inputs.year}}"}
    outputs: {made: "${{parent.outputs.made}}"}
    resources: {instance_count: "${{parent.inputs.nodes}}"}
  train:
    command: python train.py ${{inputs.features}} ${{outputs.model}}
    environment: azureml:train@latest
    inputs: {features: "${{parent.jobs.prepare.outputs.made}}"}
    outputs: {model: }
  score: {type: sweep}
  share: {component: "azureml:share:1"}
)";

ParsedJob step(const std::string& text, const std::string& name, const std::string& part = component,
               const std::map<std::string, std::string>& inputs = {}) {
  auto files = usual_files();
  files["parts/component.yml"] = part;
  return parse_job_text(text, {"p.yml", name, {}, inputs}, files_of(files));
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::vector<std::string> told_of(const std::string& text, const std::string& name = "prepare", const std::string& part = component) {
  return lines_of(step(text, name, part).findings);
}

TEST(PipelineStep, TakesItsComponentAndOverridesIt) {
  const ParsedJob parsed = step(pipeline, "prepare");
  EXPECT_THAT(lines_of(parsed.findings), IsEmpty());
  ASSERT_TRUE(parsed.job);
  const CommandJob& job = *parsed.job;
  EXPECT_EQ(job.step, "prepare");
  EXPECT_EQ(job.experiment_name, "alps");
  EXPECT_EQ(job.command_file, "parts/component.yml");
  EXPECT_EQ(job.code.name, "src");
  EXPECT_EQ(job.environment, "azureml:terroir@latest");
  EXPECT_TRUE(job.mpi);
  EXPECT_EQ(job.processes, 2);
  EXPECT_EQ(job.resources.instance_count, 5);
  EXPECT_EQ(job.input("dem")->place.name, "data");
  EXPECT_EQ(job.input("year")->value, "1999");
  EXPECT_EQ(job.input("method")->value, "fast");
  EXPECT_TRUE(job.input("note")->optional);
  EXPECT_EQ(job.input("note")->value, std::nullopt);
  EXPECT_EQ(job.input("mask")->place.kind, DataPlace::Kind::none);
  EXPECT_EQ(job.output("made")->place.path, "made");
}

TEST(PipelineStep, MayHaveItsOwnCommand) {
  const ParsedJob parsed = step(pipeline, "train");
  EXPECT_THAT(lines_of(parsed.findings), IsEmpty());
  ASSERT_TRUE(parsed.job);
  EXPECT_EQ(parsed.job->command, "python train.py ${{inputs.features}} ${{outputs.model}}");
  EXPECT_EQ(parsed.job->input("features")->place.kind, DataPlace::Kind::remote);
}

TEST(PipelineStep, HasAnInlineComponent) {
  const std::string text =
      changed(pipeline, "./parts/component.yml",
              "{inputs: {dem: {type: uri_folder}, year: {type: integer}}, outputs: {made: {type: uri_folder}}, command: \"x "
              "${{inputs.dem}} ${{inputs.year}} ${{outputs.made}}\", environment: \"azureml:e@latest\"}");
  EXPECT_THAT(told_of(text), IsEmpty());
}

TEST(PipelineStep, IsChosenByName) {
  EXPECT_THAT(
      told_of(pipeline, ""),
      ElementsAre("p.yml:1:7: type: this is a pipeline, and its steps that can be run are prepare and train; not score (its type is sweep) "
                  "or share (its component is only in the cloud); name one with --step NAME"));
  EXPECT_THAT(told_of(pipeline, "prepar"), ElementsAre("p.yml:11:3: jobs: there is no step 'prepar'; did you mean 'prepare'?"));
  EXPECT_THAT(
      told_of(pipeline, "share"),
      ElementsAre("p.yml:23:3: jobs.share: the step cannot be run here: its component is only in the cloud; name a step with a command, "
                  "or with a component in a file"));
  EXPECT_THAT(job_messages(job_of(""), {"", "prepare", {}, {}}),
              ElementsAre("job.yml: --step prepare: a command job has no steps; remove --step"));
}

TEST(PipelineStep, BindingsMustBeDeclared) {
  EXPECT_THAT(told_of(changed(pipeline, "${{parent.inputs.dem}}", "${{parent.inputs.dam}}")),
              ElementsAre("p.yml:14:19: jobs.prepare.inputs.dem: '${{parent.inputs.dam}}' is not declared; did you mean 'dem'?"));
  EXPECT_THAT(told_of(changed(pipeline, "parent.outputs.made", "parent.outputs.mad")),
              ElementsAre("p.yml:15:21: jobs.prepare.outputs.made: '${{parent.outputs.mad}}' is not declared; did you mean 'made'?"));
  EXPECT_THAT(
      told_of(changed(pipeline, "parent.inputs.nodes", "parent.inputs.node")),
      ElementsAre("p.yml:16:33: jobs.prepare.resources.instance_count: '${{parent.inputs.node}}' is not declared; did you mean 'nodes'?"));
  EXPECT_THAT(told_of(changed(pipeline, "parent.jobs.prepare.", "parent.jobs.prep."), "train"),
              ElementsAre("p.yml:20:24: jobs.train.inputs.features: there is no step 'prep'; use prepare, train, score or share"));
  EXPECT_THAT(
      told_of(changed(pipeline, "parent.jobs.prepare.outputs.made", "parent.jobs.prepare"), "train"),
      ElementsAre("p.yml:20:24: jobs.train.inputs.features: '${{parent.jobs.prepare}}' is not known here; write ${{parent.inputs.NAME}} or "
                  "${{parent.jobs.STEP.outputs.NAME}}"));
}

TEST(PipelineStep, FitsItsComponent) {
  EXPECT_THAT(told_of(changed(pipeline, "dem: \"${{parent.inputs.dem}}\", ", "")),
              ElementsAre("p.yml:11:3: jobs.prepare.inputs.dem: the component needs this input; give it"));
  EXPECT_THAT(told_of(changed(pipeline, "inputs: {dem: \"", "inputs: {years: 3, dem: \"")),
              ElementsAre("p.yml:14:14: jobs.prepare.inputs.years: the component has no such input; did you mean 'year'?"));
  EXPECT_THAT(told_of(changed(pipeline, "outputs: {made: \"", "outputs: {out: , made: \"")),
              ElementsAre("p.yml:15:15: jobs.prepare.outputs.out: the component has no such output; use made"));
  EXPECT_THAT(told_of(changed(pipeline, "\"${{parent.inputs.year}}\"", "soon")),
              ElementsAre("p.yml:14:45: jobs.prepare.inputs.year: 'soon' is not a whole number; give a whole number"));
  EXPECT_THAT(told_of(changed(pipeline, "\"${{parent.inputs.year}}\"", "1800")),
              ElementsAre("p.yml:14:45: jobs.prepare.inputs.year: '1800' is too small; give 1900 or more"));
  EXPECT_THAT(told_of(changed(pipeline, "\"${{parent.inputs.year}}\"", "3, method: slwo")),
              testing::Contains("p.yml:14:54: jobs.prepare.inputs.method: 'slwo' is not a choice; did you mean 'slow'?"));
  EXPECT_THAT(told_of(changed(pipeline, "\"${{parent.inputs.dem}}\"", "data")),
              ElementsAre("p.yml:14:14: jobs.prepare.inputs.dem: the component takes data here (uri_folder); give {path: PATH}"));
  EXPECT_THAT(told_of(changed(pipeline, "\"${{parent.inputs.year}}\"", "{path: data}")),
              ElementsAre("p.yml:14:45: jobs.prepare.inputs.year: the component takes a literal here (integer); give the value itself"));
}

TEST(PipelineStep, MistakesOfAComponentStandInItsFile) {
  EXPECT_THAT(told_of(pipeline, "prepare", changed(component, "type: integer", "type: int")),
              ElementsAre(HasSubstr("parts/component.yml:7:16: inputs.year.type: 'int' is not a choice")));
  EXPECT_THAT(told_of(pipeline, "prepare", changed(component, "default: 2024", "default: 1800")),
              ElementsAre("parts/component.yml:7:34: inputs.year.default: '1800' is too small; give 1900 or more"));
  EXPECT_THAT(
      told_of(pipeline, "prepare", changed(component, "name: features", "name: Features")),
      ElementsAre(
          "parts/component.yml:3:7: name: 'Features' is no name of a component; use a to z, digits and _, beginning with a letter"));
  EXPECT_THAT(told_of(pipeline, "prepare", changed(component, "$[[--input note=${{inputs.note}}]]", "${{inputs.note}}")),
              ElementsAre("parts/component.yml:15:10: command: the optional input 'note' stands outside of $[[ ]]; write $[[--note "
                          "${{inputs.note}}]]"));
  EXPECT_THAT(told_of(pipeline, "prepare", changed(component, "version: 1", "is_deterministic: maybe")),
              ElementsAre("parts/component.yml:4:19: is_deterministic: 'maybe' is not true or false; give true or false"));
  EXPECT_THAT(told_of(pipeline, "prepare", changed(component, "version: 1", "tags: [a]\nadditional_includes: a\ndisplay_name: 5")),
              ElementsAre(HasSubstr("component.yml:4:7: tags: a list is not a map"),
                          HasSubstr("component.yml:5:22: additional_includes: 'a' is not a list of texts"),
                          HasSubstr("component.yml:6:15: display_name: '5' is a number to Azure ML")));
  EXPECT_THAT(told_of(pipeline, "prepare", changed(component, "made: {type: uri_folder}", "made: {type: uri_folder, description: 5}")),
              ElementsAre(HasSubstr("component.yml:12:41: outputs.made.description: '5' is a number to Azure ML")));
  EXPECT_THAT(told_of(pipeline, "prepare", "a: [\n"), ElementsAre(HasSubstr("parts/component.yml:2:1: not YAML")));
  EXPECT_THAT(
      told_of(changed(pipeline, "parts/component", "parts/none")),
      ElementsAre("p.yml:13:16: jobs.prepare.component: there is no file 'parts/none.yml'; check the path; it begins where the pipeline's "
                  "file stands"));
}

TEST(PipelineStep, KeysThatAreLostInSilenceAreWarnings) {
  EXPECT_THAT(
      told_of(changed(pipeline, "azureml:c}", "azureml:c, force_rerum: true}")),
      ElementsAre(
          "p.yml:3:40: warning: settings.force_rerum: Azure ML ignores the unknown key 'force_rerum'; did you mean 'force_rerun'?"));
  EXPECT_THAT(told_of(pipeline, "prepare", changed(component, "version: 1", "compute: azureml:c")),
              ElementsAre("parts/component.yml:4:1: warning: compute: Azure ML ignores the unknown key 'compute'; remove it"));
  EXPECT_THAT(
      told_of(changed(pipeline, "    resources:", "    resource:")),
      ElementsAre("p.yml:16:5: warning: jobs.prepare.resource: Azure ML ignores the unknown key 'resource'; did you mean 'resources'?"));
  EXPECT_THAT(told_of(changed(pipeline, "    outputs: {model: }", "    outputs: {model: }\n    is_deterministic: false"), "train"),
              ElementsAre(HasSubstr("p.yml:22:5: jobs.train.is_deterministic: unknown key 'is_deterministic'")));
}

TEST(PipelineStep, MistakesOfThePipelineAreTold) {
  EXPECT_THAT(told_of(changed(pipeline, "experiment_name: alps", "experiment_nam: alps")),
              ElementsAre("p.yml:2:1: experiment_nam: unknown key 'experiment_nam'; did you mean 'experiment_name'?"));
  EXPECT_THAT(told_of(changed(pipeline, "  score: {type: sweep}", "  Score: {type: sweep}")),
              ElementsAre("p.yml:22:3: jobs.Score: 'Score' is no name of a step; use a to z, digits and _, not beginning with a digit"));
  EXPECT_THAT(told_of("type: pipeline\n"), ElementsAre("p.yml:1:1: 'jobs' is missing; give jobs: {STEP: {command: COMMAND}}"));
  EXPECT_THAT(told_of(changed(pipeline, "path: data}", "path: nowhere}")),
              ElementsAre(HasSubstr("p.yml:5:33: inputs.dem.path: there is no 'nowhere'")));
}

TEST(PipelineStep, SettingsAreThoseThatAzureMlTakes) {
  const auto settings = [](const std::string& text) { return told_of(changed(pipeline, "default_compute: azureml:c", text)); };
  EXPECT_THAT(settings("default_compute: Serverless, continue_on_step_failure: no, force_rerun: 'True'"), IsEmpty());
  EXPECT_THAT(settings("default_compute: c"),
              ElementsAre("p.yml:3:29: settings.default_compute: 'c' does not begin with azureml:; write default_compute: azureml:NAME, or "
                          "serverless"));
  EXPECT_THAT(settings("default_compute: azureml:c, default_datastore: blobs"),
              ElementsAre("p.yml:3:59: settings.default_datastore: 'blobs' does not begin with azureml:; write default_datastore: "
                          "azureml:NAME"));
  EXPECT_THAT(settings("default_compute: azureml:c, force_rerun: sometimes"),
              ElementsAre("p.yml:3:53: settings.force_rerun: 'sometimes' is not true or false; give true or false"));
}

TEST(PipelineStep, EachStepHasACompute) {
  const std::string bare = changed(pipeline, "settings: {default_compute: azureml:c}\n", "");
  const std::string remedy =
      ": the step has no compute; give compute: azureml:NAME, or the pipeline settings: {default_compute: azureml:NAME}";
  EXPECT_THAT(told_of(bare),
              ElementsAre("p.yml:10:3: jobs.prepare" + remedy, "p.yml:16:3: jobs.train" + remedy, "p.yml:22:3: jobs.share" + remedy));
  EXPECT_THAT(told_of("compute: azureml:c\n" + bare), IsEmpty());
  EXPECT_THAT(told_of(changed(bare, "    component: ./parts", "    compute: c\n    component: ./parts")),
              ElementsAre(HasSubstr("jobs.train"), HasSubstr("jobs.share")));
}

TEST(PipelineStep, NamesOfThePipelineAreText) {
  EXPECT_THAT(told_of(changed(pipeline, "experiment_name: alps", "experiment_name: 5\ntags: {a: 1}\nidentity: {type: nobody}")),
              ElementsAre(HasSubstr("p.yml:2:18: experiment_name: '5' is a number to Azure ML"),
                          HasSubstr("p.yml:3:11: tags.a: '1' is a number to Azure ML"), HasSubstr("p.yml:4:18: identity.type: 'nobody'")));
}

TEST(PipelineStep, AnInputThatTheCommandLineBindsNeedNotExist) {
  const std::string text = changed(pipeline, "path: data}", "path: nowhere}");
  EXPECT_TRUE(step(text, "prepare", component, {{"dem", "/other"}}).job);
}

TEST(PipelineStep, MacrosStayUntilTheRunHasItsName) {
  const ParsedJob parsed = step(changed(pipeline, "year: 1999", "year: 1999\n  run: \"${{name}}\""), "prepare");
  EXPECT_TRUE(parsed.job) << testing::PrintToString(lines_of(parsed.findings));
}

}  // namespace
}  // namespace terroir
