"""MPI jobs in the shapes of those that are public: the same traits, other words. What Azure ML takes, terroir takes, or says why not."""

SCHEMA = "$schema: https://azuremlschemas.azureedge.net/latest/{}.schema.json\n"

TABLES = SCHEMA.format("commandJob") + """
display_name: taxi
experiment_name: taxi-trips
description: Reads tables of trips

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
"""

NOTHING_IN = """environment: azureml:dask@latest
compute: azureml:cluster
outputs:
  made:
distribution:
  type: mpi
  process_count_per_instance: 8
resources:
  instance_count: 6
code: src
command: >-
  python make.py --to ${{outputs.made}}
"""

DOUBLED = SCHEMA.format("commandJob") + """code: src
command: python trips.py
environment:
  image: library/python:latest
  conda_file: conda.yml
resources:
  instance_count: 4
compute: azureml:cluster
distribution:
  type: mpi
  process_count_per_instance: 1
resources:
  instance_count: 2
"""

REDUCTIONS = """# Measures how long the nodes take to add their numbers
type: command
experiment_name: reductions
description: |
  All sizes, on two nodes
code: src
compute: azureml:big-nodes
environment: file:./env.yml
environment_variables:
  LOG_LEVEL: "INFO"  # shows the topology
command: >-
  python -c 'print(1)'
distribution:
  type: mpi
  process_count_per_instance: 8
resources:
  instance_count: 2
"""

DIGITS = SCHEMA.format("commandJob") + """code: src
command: >-
  python digits.py --epochs ${{inputs.epochs}} --out ${{outputs.model}}
inputs:
  epochs: 1
outputs:
  model:
    type: mlflow_model
environment: azureml:curated-cuda11@latest
compute: azureml:gpus
distribution:
  type: mpi
  process_count_per_instance: 1
resources:
  instance_count: 2
display_name: digits
experiment_name: digits
"""

FROZEN = """command: pip freeze
environment: azureml:curated-sklearn:1
name: "one"
compute: "azureml:cluster"
distribution:
  type: "mpi"
  process_count_per_instance: 4
experiment_name: frozen
properties:
   owner: me
resources:
  instance_count: 2
limits:
  timeout: 30
"""

ONCE_PER_NODE = """command: printenv
environment: azureml:curated-sklearn:1
compute: azureml:cluster
distribution: {type: mpi}
"""

CHAIN = SCHEMA.format("pipelineJob") + """type: pipeline
description: "Sorts pictures"
inputs:
  pictures:  # local data
    type: uri_folder
    path: ./data
settings:
  default_datastore: azureml:workspaceblobstore
  default_compute: azureml:cluster
  continue_on_step_failure: false
jobs:
  turn:
    type: command
    component: file:./turn.yml
    inputs:
      angle: 90
      flip: "False"
      pictures: ${{parent.inputs.pictures}}
  train:
    type: command
    component: file:./train.yml
    compute: azureml:gpus
    inputs:
      pictures: ${{parent.jobs.turn.outputs.turned}}
      back_end: "torch"
      epochs: 4
    outputs:
      model:
        type: uri_folder
        mode: upload
    distribution:
      type: mpi
      process_count_per_instance: 1
    resources:
      instance_count: 2
"""

TURN = SCHEMA.format("commandComponent") + """type: command
name: turn_pictures
version: 0.0.1
display_name: Turn pictures
inputs:
  pictures: {type: uri_folder}
  angle: {type: integer, default: 0}
  flip: {type: string, default: "True"}
outputs:
  turned: {type: uri_folder}
code: ./src
environment: {image: library/python:3.12, conda_file: ./conda.yml}
command: >-
  python turn.py ${{inputs.pictures}} ${{inputs.angle}} ${{inputs.flip}} ${{outputs.turned}}
"""

TRAIN = SCHEMA.format("commandComponent") + """type: command
name: train_sorter
version: 0.0.1
display_name: Train the sorter
tags: {}
inputs:
  pictures:
    type: uri_folder
    description: "what to learn from"
  back_end:
    type: string
    description: "torch | synthetic (default: torch)"
    default: "torch"
  epochs:
    type: integer
    default: 90
  rate:
    type: number
    default: 0.1
  decay:
    type: number
    default: 0.0001
  left:
    type: integer
    default: -1
  resume:
    type: string
    default: ""
    optional: true
outputs:
  model:
    type: uri_folder
    description: the result
code: ./
environment:
  image: library/python:3.12
  conda_file: ./conda.yml
resources:
  instance_count: 2
distribution:
  type: mpi
  process_count_per_instance: 1
command: >-
  cd src && python main.py && cd ..
  && python train.py --pictures ${{inputs.pictures}} back_end=${{inputs.back_end}} epochs=${{inputs.epochs}}
  rate=${{inputs.rate}} decay=${{inputs.decay}} left=${{inputs.left}} $[[resume=${{inputs.resume}}]]
  model=${{outputs.model}}

"""

GREETING = """type: pipeline
description: "Shows what ranks see"

jobs:
  greet:
    type: command
    component: file:./greeting.yml
    compute: azureml:cluster
    resources:
      instance_count: 2
    distribution:
      type: mpi
      process_count_per_instance: 1
"""

# With a compute of its own, which is ignored.
GREETING_PART = """type: command

description: "Shows what ranks see"
name: greeting
display_name: MPI-greeting
version: 1
compute: azureml:gpus
environment: azureml:curated-tensorflow:15
command: >-
  printenv
resources:
  instance_count: 2
distribution:
  type: mpi
  process_count_per_instance: 2

## to be removed
#environment_variables:
#  NEW_RUNTIME: "true"
"""

ECHO = """type: pipeline
inputs: {place: {type: uri_folder, path: data}, nodes: 2, size: 3g}
settings: {default_compute: azureml:cluster}
jobs:
  echo:
    type: command
    component: ./echo.yml
    inputs: {place: "${{parent.inputs.place}}"}
    distribution: {type: mpi, process_count_per_instance: "${{parent.inputs.nodes}}"}
    resources: {instance_count: "${{parent.inputs.nodes}}", shm_size: "${{parent.inputs.size}}"}
"""

ECHO_PART = SCHEMA.format("commandComponent") + """type: command
name: echo_parts
display_name: Echo
tags:
  tag: value
inputs:
  amount:
    description: A number
    type: number
    default: 10.99
  place:
    description: A path
    type: uri_folder
outputs:
  made:
    type: uri_folder
command: >-
  echo Hello &
  echo ${{inputs.amount}} &
  echo ${{inputs.place}} &
  echo ${{outputs.made}}
environment: azureml:curated-sklearn:1
distribution:
  type: "mpi"
  process_count_per_instance: 1
  added_property: 7
resources:
  instance_count: 2
"""

BESIDE = {"turn.yml": TURN, "train.yml": TRAIN, "greeting.yml": GREETING_PART, "echo.yml": ECHO_PART}

# What each is, its text, and the step that is checked.
TAKEN = {
    "tables in a blob": (TABLES, None),
    "no inputs and an empty output": (NOTHING_IN, None),
    "doubled resources and an inline environment": (DOUBLED, None),
    "an environment in a file and comments": (REDUCTIONS, None),
    "a literal and a model": (DIGITS, None),
    "quoted words, properties and a timeout": (FROZEN, None),
    "a distribution without a count": (ONCE_PER_NODE, None),
    "a chain of components": (CHAIN, "turn"),
    "a step over its component, with optional inputs": (CHAIN, "train"),
    "a component with a compute": (GREETING, "greet"),
    "a component with an added property, and bound settings": (ECHO, "echo"),
}

# What each is, its text, and what is said of it.
REFUSED = {
    "a preview with a target": ("code: {local_path: src}\ncommand: python x.py\nenvironment: azureml:e:1\ncompute: {target: azureml:gpus, "
                                "instance_count: 2}\ndistribution: {type: mpi}\n", "write compute: azureml:NAME and resources: "),
    "a preview with a node count": ("code: {directory: src}\ncommand: x\nenvironment: azureml:e:1\ncompute: {target: azureml:gpus, "
                                    "node_count: 2}\ndistribution: {type: mpi}\n", "an early version of Azure ML's jobs"),
    "tensorflow with mpi's count": ("command: pip freeze\nenvironment: azureml:e:1\nname: \"one\"\ndistribution:\n  type: \"TensorFlow\"\n"
                                    "  process_count_per_instance: 2\n", "unknown key 'process_count_per_instance'"),
    "a key that is nothing": ("command: pip freeze\nenvironment: azureml:e:1\ntags:\n:\nproperties:\n  nothing:\n", "a key must be text"),
    "a component of the first version": ("name: train\nversion: 1.0.2\ntype: DistributedComponent\ninputs:\n  train: {type: AnyDirectory}\n"
                                         "launcher:\n  type: mpi\n  additional_arguments: >-\n    python x.py --train {inputs.train}\n"
                                         "    [--label {inputs.label}]\nenvironment: {docker: {image: x}}\n", "Azure ML's first version"),
    "settings of an experiment": ("defaults:\n  - compute: custom\nexperiment:\n  name: dev\nruntime:\n  nodes: 2\n", ""),
}  # fmt: skip
