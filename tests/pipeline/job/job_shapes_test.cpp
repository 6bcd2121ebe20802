#include "tests/pipeline/job/job_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Files in the shapes of those that are public: the same traits, other words.

TEST(JobShapes, AJobOfTablesInABlob) {
  const auto parsed = parse_job_text(R"(display_name: taxi
environment: azureml:dask@latest
compute: azureml:cluster
inputs:
  trips:
    path: wasbs://tables@account.blob.core.windows.net/trips/
    mode: ro_mount
outputs:
  folder:
    type: uri_folder
distribution:
  type: mpi
  process_count_per_instance: 8
resources:
  instance_count: 4
code: src
command: >-
  python trips.py --trips ${{inputs.trips}} --folder ${{outputs.folder}}
)");
  EXPECT_THAT(lines_of(parsed.findings), IsEmpty());
  EXPECT_EQ(parsed.job->inputs[0].kind, DataKind::uri_folder);
  EXPECT_EQ(parsed.job->inputs[0].place.path, "trips/");
}

TEST(JobShapes, AnEmptyOutputAndNoInputs) {
  const auto parsed = parse_job_text(
      "outputs:\n  made:\ndistribution:\n  type: mpi\n  process_count_per_instance: 8\nresources:\n  instance_count: 6\ncode: src\n"
      "environment: azureml:dask@latest\ncommand: >-\n  python make.py --to ${{outputs.made}}\n");
  EXPECT_THAT(lines_of(parsed.findings), IsEmpty());
  EXPECT_EQ(parsed.job->outputs[0].kind, DataKind::uri_folder);
}

TEST(JobShapes, DoubledResourcesAndAnInlineEnvironment) {
  const auto parsed = parse_job_text(
      "command: python x.py\nenvironment:\n  image: library/python:latest\n  conda_file: conda.yml\nresources:\n  instance_count: 4\n"
      "distribution:\n  type: mpi\nresources:\n  instance_count: 2\n");
  EXPECT_THAT(lines_of(parsed.findings),
              ElementsAre("job.yml:9:1: warning: 'resources' is given twice, first in line 5, and the last one counts; keep one"));
  EXPECT_EQ(parsed.job->resources.instance_count, 2);
}

TEST(JobShapes, AnEnvironmentInAFileAndQuotedVariables) {
  const auto parsed = parse_job_text(
      "# measures all reductions\ntype: command\ncommand: >-\n  python -c 1\nenvironment: file:./env.yml\nenvironment_variables:\n"
      "  DEBUG: \"INFO\"   # shows the topology\ndistribution:\n  type: mpi\n  process_count_per_instance: 8\nresources:\n  "
      "instance_count: 2\n");
  EXPECT_THAT(lines_of(parsed.findings), IsEmpty());
  EXPECT_EQ(parsed.job->environment, "i");
}

TEST(JobShapes, ALiteralAndACuratedEnvironment) {
  const auto parsed = parse_job_text(
      "code: src\ncommand: python t.py --epochs ${{inputs.epochs}}\ninputs:\n  epochs: 1\nenvironment: azureml:curated-cuda11@latest\n"
      "distribution: {type: \"mpi\", process_count_per_instance: 1}\nname: fixed\nlimits:\n  timeout: 300\nproperties: {a: b}\n");
  EXPECT_THAT(lines_of(parsed.findings), IsEmpty());
  EXPECT_EQ(parsed.job->inputs[0].value, "1");
  EXPECT_TRUE(parsed.job->mpi);
}

TEST(JobShapes, FilesOfThePreviewsAreRefusedWithAHint) {
  EXPECT_THAT(
      job_messages("code:\n  local_path: src\ncommand: python x.py\nenvironment: azureml:e:1\ncompute:\n  target: azureml:gpu\n"
                   "  instance_count: 2\ndistribution:\n  type: mpi\n"),
      ElementsAre("job.yml:5:1: compute: 'compute' is a map, as in an early version of Azure ML's jobs; write compute: azureml:NAME and "
                  "resources: {instance_count: N}"));
  EXPECT_THAT(
      job_messages("code:\n  directory: src\ncommand: x\nenvironment: azureml:e:1\ncompute:\n  target: azureml:gpu\n  node_count: 2\n"),
      ElementsAre(testing::HasSubstr("'compute' is a map")));
}

TEST(JobShapes, FilesOfTheFirstVersionAreRefusedWithAHint) {
  const std::string hint =
      "this is a component of Azure ML's first version; write it as a command job of the CLI v2: command with ${{inputs.NAME}}, "
      "distribution: {type: mpi}";
  EXPECT_THAT(job_messages("$schema: http://azureml/sdk-2-0/DistributedComponent.json\nname: a.b\ntype: DistributedComponent\nlauncher:\n"
                           "  type: mpi\n  additional_arguments: python x.py --in {inputs.x} [--opt {inputs.y}]\n"),
              ElementsAre("job.yml:4:1: " + hint));
  EXPECT_THAT(job_messages("type: CommandComponent\ncommand: x\n"), ElementsAre("job.yml:1:1: " + hint));
}

TEST(JobShapes, AComponentRunsOnlyInAPipeline) {
  const std::string message =
      "job.yml:1:1: this is a component, which runs only as a step of a pipeline; name the pipeline, and the step with --step NAME";
  EXPECT_THAT(
      job_messages("$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\ntype: command\ncommand: x\n"),
      ElementsAre(message));
  EXPECT_THAT(job_messages("type: command\nname: x\nversion: 1\nis_deterministic: false\ncommand: x\n"), ElementsAre(message));
  EXPECT_THAT(job_messages("type: component\nname: MPI_Hello\ncommand: x\n"), ElementsAre(message));
}

TEST(JobShapes, OtherTypesAreRefusedWithTheReason) {
  const auto type = [](const std::string& name) { return job_messages(job_of("type: " + name)); };
  EXPECT_THAT(
      type("sweep"),
      ElementsAre("job.yml:3:7: type: a job of type sweep has no single command; give a command job, or a pipeline with --step NAME"));
  EXPECT_THAT(type("Command"),
              ElementsAre("job.yml:3:7: type: Azure ML's client knows the type only in small letters; write type: command"));
  EXPECT_THAT(type("comand"), ElementsAre("job.yml:3:7: type: 'comand' is no type of a job; did you mean 'command'?"));
  EXPECT_THAT(job_messages("name: daily\ntrigger: {type: cron}\ncreate_job: ./pipeline.yml\n"),
              ElementsAre("job.yml:2:1: this is a schedule; name the pipeline or job that it creates"));
  EXPECT_THAT(type("foo"), ElementsAre("job.yml:3:7: type: 'foo' is no type of a job; give a command job, or a pipeline with --step NAME"));
  EXPECT_THAT(
      job_messages("$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: x\nimage: y\n"),
      ElementsAre("job.yml:1:10: $schema: this is no job (environment.schema.json); give a command job, or a pipeline with --step NAME"));
  EXPECT_THAT(job_messages("jobs: {a: {command: x}}\n"), ElementsAre("job.yml:1:1: jobs: a pipeline needs its type; write type: pipeline"));
}

TEST(JobShapes, AnInputMayHaveTheNameOfAKey) {
  EXPECT_THAT(job_messages(job_of("inputs: {type: 5, command: a, inputs: b}", "x ${{inputs.type}} ${{inputs.command}} ${{inputs.inputs}}")),
              IsEmpty());
}

}  // namespace
}  // namespace terroir
