"""Pipelines and the component of their step `prepare`, as job_cases.py has jobs."""

COMPONENT = """$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: prepare
version: 1
is_deterministic: false
inputs:
  dem: {type: uri_folder}
  year: {type: integer, default: 2024, min: 1, max: 2100}
  note: {type: string, optional: true}
outputs:
  made: {type: uri_folder}
environment: azureml:terroir@latest
command: >-
  terroir processes ${{inputs.dem}} ${{inputs.year}} $[[${{inputs.note}}]] ${{outputs.made}}
distribution: {type: mpi, process_count_per_instance: 2, added: 7}
resources: {instance_count: 1, added: 3}
"""

SETTINGS = "settings: {default_compute: azureml:c}"


def pipeline(step, *more, settings=SETTINGS):
    """A pipeline of the step `prepare`."""
    top = ["type: pipeline", settings, "inputs: {n: 2, dem: {type: uri_folder, path: data}}",
           "outputs: {made: {type: uri_folder}}", *more]  # fmt: skip
    return "\n".join([*top, "jobs:", "  prepare:", *("    " + line for line in step)]) + "\n"


BOUND = ["type: command", "component: ./component.yml", "inputs: {dem: '${{parent.inputs.dem}}', year: '${{parent.inputs.n}}'}",
         "outputs: {made: '${{parent.outputs.made}}'}"]  # fmt: skip
INLINE = ["command: terroir processes ${{inputs.dem}} ${{outputs.made}}", "environment: azureml:terroir@latest",
          "inputs: {dem: '${{parent.inputs.dem}}'}", "outputs: {made: }"]  # fmt: skip


def of_component(*more):
    """A pipeline of a step with a component that stands inline and has more lines."""
    component = ["type: command", "name: prepare", "inputs: {dem: {type: uri_folder}}", "environment: azureml:terroir@latest",
                 "command: terroir processes ${{inputs.dem}}", *more]  # fmt: skip
    return pipeline(["component:", *("  " + line for line in component), "inputs: {dem: '${{parent.inputs.dem}}'}"])


def settings(text):
    return pipeline(BOUND, settings=f"settings: {text}")


VALID = {
    "a step of a component": pipeline(BOUND),
    "a step of a component with file:": pipeline([line.replace("./comp", "file:./comp") for line in BOUND]),
    "a step with a command": pipeline(INLINE),
    "a step without a type": pipeline(BOUND[1:]),
    "a step with bound settings": pipeline([*BOUND, "distribution: {type: mpi, process_count_per_instance: '${{parent.inputs.n}}'}"]),
    "a step with a mode": pipeline(BOUND).replace("'${{parent.inputs.dem}}'", "{path: '${{parent.inputs.dem}}', mode: download}"),
    "a step with a key that nobody knows": pipeline([*BOUND, "own: 3"]),
    "a step after a step": pipeline(INLINE) + "  after:\n    command: echo ${{inputs.x}}\n    environment: azureml:e@latest\n"
    "    inputs: {x: '${{parent.jobs.prepare.outputs.made}}'}\n",
    **{f"a component with {text}": of_component(text) for text in (
        "compute: azureml:c", "limits: {timeout: 3}", "own: 3", "environment_variables: {A: b}", "is_deterministic: no",
        "is_deterministic: 1", "tags: {a: 1}", "properties: {a: [b]}", "additional_includes: [a]", "version: 1.5")},
    **{f"settings: {text}": settings(text) for text in (
        "{default_compute: serverless}", "{default_compute: azureml:c, own: 3}", "{default_compute: azureml:c, force_rerun: yes}",
        "{default_compute: azureml:c, continue_on_step_failure: 'False', default_datastore: azureml:d}")},
    "a compute of the pipeline": pipeline(BOUND, "compute: c", settings=""),
    "a compute of the step": pipeline([*BOUND, "compute: c"], settings=""),
    "numbers for texts of a step with a component": pipeline([*BOUND, "display_name: 5", "tags: {a: 1}"]),
    "a schedule's macro": pipeline(BOUND).replace("n: 2", "n: 2, run: '${{name}}'"),
}
INVALID = {
    "a pipeline with a key that nobody knows": pipeline(BOUND, "own: 3"),
    **{f"a component with {text}": of_component(text) for text in (
        "is_deterministic: maybe", "is_deterministic: ", "tags: [a]", "additional_includes: a", "display_name: 5", "description: true",
        "outputs: {o: {type: uri_folder, description: 5}}")},
    **{f"settings: {text}": settings(text) for text in (
        "{}", "5", "{default_compute: c}", "{default_compute: local}", "{default_compute: }", "{default_datastore: azureml:d}",
        "{default_compute: azureml:c, default_datastore: d}", "{default_compute: azureml:c, force_rerun: 3}",
        "{default_compute: azureml:c, continue_on_step_failure: maybe}", "{default_compute: azureml:c, force_rerun: }")},
    "a number for a property of a step": pipeline([*BOUND, "properties: {a: 1}"]),
    **{f"a pipeline with {text}": pipeline(BOUND, text) for text in ("name: 5", "tags: {a: 1}", "identity: {type: nobody}")},
    "no compute": pipeline(BOUND, settings=""),
    "no compute of another step": pipeline([*BOUND, "compute: c"], settings="") + "  after: {command: x, environment: azureml:e:1}\n",
    "a step that lacks an input": pipeline([BOUND[0], BOUND[1], "inputs: {year: 3}"]),
    "a step of a missing component": pipeline([line.replace("component.yml", "nowhere.yml") for line in BOUND]),
    "a step with a command and another key": pipeline([*INLINE, "own: 3"]),
    "a step that is not deterministic by itself": pipeline([*INLINE, "is_deterministic: false"]),
    "a step with capitals": pipeline(BOUND).replace("  prepare:", "  Prepare:"),
}
SERVICE = {
    "an input of the pipeline that is not declared": (
        pipeline(BOUND).replace("parent.inputs.dem", "parent.inputs.dam"), "the service resolves bindings"),
    "an input that the component lacks": (pipeline(BOUND).replace("inputs: {dem: '", "inputs: {own: 3, dem: '"), "the client drops it"),
    "text for a whole number": (pipeline(BOUND).replace("'${{parent.inputs.n}}'", "abc"), "the service checks types"),
    **{f"a component with {text}": (of_component(text), reason) for text, reason in {
        "outputs: {o: {type: integer}}": "the documentation of a component's outputs",
        "outputs: {o: {type: uri_folder, mode: ro_mount}}": "the documentation of a component's outputs",
    }.items()},
    **{f"an input of a component with {text}": (
        of_component().replace("{dem: {type: uri_folder}}", "{dem: {type: uri_folder}, n: {%s}}" % text), "the service checks defaults")
       for text in ("type: integer, default: 1.5", "type: integer, min: 5, default: 1", "type: string, enum: [a, b], default: c")},
    "a component with capitals": (of_component().replace("name: prepare", "name: Prepare"), "the documentation of a component's name"),
    "an undeclared input of a component": (
        of_component().replace("processes ${{inputs.dem}}", "processes ${{inputs.dam}}"), "the service resolves expressions"),
    "a number below the least": (pipeline(BOUND).replace("'${{parent.inputs.n}}'", "0"), "the service checks ranges"),
}  # fmt: skip
