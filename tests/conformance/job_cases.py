"""Job files, valid and not. The client judges what it can without the service; what only the service refuses (SERVICE), and what only a
launch on this machine cannot do (HERE), are listed apart, each with its reason: there the client says yes, and we say no."""

COMMAND = "command: terroir processes slope"
ENVIRONMENT = "environment: azureml:terroir@latest"


def job(*lines, command=COMMAND, environment=ENVIRONMENT):
    return "\n".join([command, environment, *lines]) + "\n"


def data(text):
    """A job with one input of data, which its command uses."""
    return job(f"inputs:\n  a: {text}", command="command: terroir processes ${{inputs.a}}")


def output(text):
    return job(f"outputs:\n  a: {text}", command="command: terroir processes ${{outputs.a}}")


def each(form, *texts):
    """One case for each text that stands in the form."""
    return {form.replace("%", text): job(form.replace("%", text)) for text in texts}


def environments(*texts):
    return {f"environment: {text}": job(environment=f"environment: {text}") for text in texts}


def inputs(*texts):
    return {f"inputs.a: {text}": data(text) for text in texts}


def outputs(*texts):
    return {f"outputs.a: {text}": output(text) for text in texts}


VALID = {
    "smallest": job(),
    "byte order mark": "\ufeff" + job(),
    "an input named type": job("inputs: {type: 5}", command="command: terroir processes ${{inputs.type}}"),
    "an input named code": job("inputs: {code: 5}", command="command: terroir processes ${{inputs.code}}"),
    "spaces in braces": job("inputs: {a: 5}", command="command: terroir processes ${{ inputs.a }}"),
    "single braces": job("inputs: {a: 5}", command="command: terroir processes {inputs.a}"),
    "an unused input": job("inputs: {a: 5}"),
    "what the service writes": job("id: azureml:x", "status: Completed", "creation_context: {created_by: me}", "parameters: {a: 1}"),
    "text in numbers' place": job("distribution: {type: mpi, process_count_per_instance: '4'}", "resources: {instance_count: ' 2 '}"),
    **each("%: abc", "name", "display_name", "experiment_name", "description", "parent_job_name"),
    **each("type: %", "command", "'command'"),
    **each("tags: %", "{a: b}", "{a: null}", "{}", "{a: '1'}"),
    **each("properties: %", "{a: b}", "{a: null}", "{}"),
    **each("environment_variables: %", "{A: b}", "{A: '1'}", "{A: 1}", "{A: true}", "{A: null}", "{}"),
    **each("compute: %", "azureml:c", "c", "local", "serverless", "''"),
    **each("code: %", "src", "./src", "src/main.py", "..", "azureml:c:1", "azureml:c@latest", "https://example.org/code.zip",
           "azureml://registries/r/codes/c/versions/1"),
    **each("distribution: {type: %}", "mpi", "MPI", "Mpi"),
    **each("distribution: {type: mpi, process_count_per_instance: %}", "4", "4.0", "4.7", "'+4'", "'1_0'"),
    **each("resources: {%}", "instance_count: 2, instance_type: x", "shm_size: 2g", "docker_args: --ipc=host", "docker_args: [a, b]",
           "locations: [a]", "properties: {a: {b: 1}}", "max_instance_count: 5", ""),
    **each("limits: {%}", "timeout: 60", "timeout: '60'", "timeout: 1.5", "timeout: 1:30", "timeout: 0", ""),
    **each("queue_settings: {%}", "job_tier: spot", "job_tier: Spot", "job_tier: 'null'", "priority: High", ""),
    **each("identity: {%}", "type: user_identity", "type: UserIdentity", "type: managed, client_id: x", "type: ManagedIdentity",
           "type: aml_token", "type: AMLToken", "type: AmlTOKEN", "type: USER_IDENTITY"),
    **each("services: {s: {%}}", "type: ssh, ssh_public_keys: k", "type: tensor_board, log_dir: d", "type: vs_code, nodes: all, port: 5",
           "type: jupyter_lab, properties: {a: 1}", "type: SSH", "log_dir: d", "type: custom", ""),
    **environments("azureml:e", "azureml:e:1", "azureml://registries/r/environments/e/versions/1", "{image: i}", "file:./env.yml",
                   "{image: i, conda_file: conda.yml}", "{image: i, conda_file: {name: x}}", "{build: {path: image}}",
                   "{build: {path: image, dockerfile_path: D}}", "{build: {path: 'https://example.org/x'}}", "{image: i, os_type: Linux}",
                   "{image: i, name: n, version: 1, description: d, tags: {a: b}}"),
    **inputs("{path: data}", "{path: ./data, type: uri_folder}", "{path: data/f.csv, type: uri_file}", "{path: 'file:./data'}",
             "{path: 'azureml:d:1'}", "{path: 'azureml:d@latest'}", "{path: 'azureml://datastores/d/paths/x'}",
             "{path: 'https://example.org/x'}", "{path: 'abfss://f@a.dfs.core.windows.net/x'}", "{path: data, type: URI_FOLDER}",
             "{path: data, mode: RO_MOUNT}", "{path: data, mode: download}", "{path: data, mode: direct}", "{path: data, datastore: d}",
             "{path: data, type: mltable, mode: eval_mount}", "{path: 'runs:/r/m', type: mlflow_model}", "{value: 5}", "{value: abc}"),
    **outputs("", "{}", "{type: uri_file}", "{type: MLTable, mode: direct}", "{mode: rw_mount}", "{mode: Upload}", "{mode: mount}",
              "{path: 'azureml://datastores/d/paths/x'}", "{path: 'azureml://datastores/${{default_datastore}}/paths/${{name}}'}",
              "{name: n-1_A}", "{name: n, version: 1}", "{name: n, version: '1'}"),
}

INVALID = {
    "empty": "",
    "a list": "- command\n",
    "no command": ENVIRONMENT + "\n",
    "no environment": COMMAND + "\n",
    "two documents": job() + "---\na: 1\n",
    "a tab": job() + "inputs:\n\ta: 1\n",
    "a tag": job("inputs: {a: !own 1}"),
    "undeclared input": job(command="command: terroir processes ${{inputs.b}}"),
    "an input's input": job("inputs: {a: 5}", command="command: terroir processes ${{inputs.a.b}}"),
    "no names": job("inputs: {}", command="command: terroir processes ${{inputs.b}}"),
    **each("%: 5", "name", "display_name", "experiment_name", "description", "parent_job_name", "compute", "comand", "5"),
    **each("%: true", "name", "description"),
    **each("%: 2024-01-01", "name", "experiment_name"),
    **each("%:", "name", "tags", "properties", "environment_variables", "compute", "code", "distribution", "resources", "limits", "inputs",
           "outputs", "identity", "services", "queue_settings"),
    **each("type: %", "Command", "foo", "sweep", "spark", "parallel", "5", "true"),
    **each("tags: %", "{a: 1}", "{a: true}", "{a: [b]}", "[a]", "abc", "{1: b}", "{yes: b}"),
    **each("properties: %", "{a: 1.5}", "{no: b}", "abc"),
    **each("environment_variables: %", "[a]", "abc"),
    **each("compute: %", "[a]", "{a: b}"),
    **each("code: %", "nowhere", "file:./src", "azureml:c", "5", "[a]", "git+https://example.org/r", "azureml://datastores/d/paths/x",
           "wasbs://c@a.blob.core.windows.net/x"),
    **each("distribution: %", "{}", "mpi", "{process_count_per_instance: 4}", "{type: gloo}", "{type: 5}", "{type: mpi, processes: 4}"),
    **each("distribution: {type: mpi, process_count_per_instance: %}", "four", "true", "'4.5'", "'0x4'", ".inf", "[4]", ""),
    **each("resources: {%}", "instance_count: two", "instance_counts: 2", "node_count: 2", "instance_type: 5", "shm_size: 2",
           "docker_args: 5", "docker_args: [1]", "locations: a", "locations: [1]", "properties: {1: a}", "instance_count: "),
    **each("resources: %", "[a]", "5"),
    **each("limits: {%}", "timeout: 60s", "timeout: ", "timeouts: 60", "trial_timeout: 60"),
    **each("queue_settings: {%}", "job_tier: cheap", "priority: urgent", "priority: 5", "tier: spot"),
    **each("identity: {%}", "", "type: nobody", "type: user_identity, client_id: x", "type: managed, client_id: 5", "type: managed, a: b"),
    **each("services: {s: {%}}", "type: ssh, log_dir: d", "job_service_type: ssh", "port: a", "nodes: 1", "nodes: some", "properties: a",
           "ssh_public_keys: k, log_dir: d", "type: jupyter_lab, a: b"),
    **each("services: {s: %}", "", "ssh"),
    **each("inputs: %", "[a]", "abc", "5", "{5: 1}", "{yes: 1}", "{a-b: 1}", "{1a: 1}", "{a.b: 1}", "{'': 1}", "{é: 1}"),
    **each("outputs: %", "[a]", "abc", "{a-b: }", "{on: }"),
    **environments("", "e", "5", "[a]", "{}", "{imge: i}", "{conda_file: conda.yml}", "{image: i, build: {path: image}}",
                   "{build: {path: nowhere}}", "{image: i, conda_file: nowhere.yml}", "{image: i, os_type: plan9}", "file:./nowhere.yml",
                   "{image: i, dependencies: [a]}"),
    **inputs("", "[1]", "2024-01-01", ".inf", "-.inf", ".nan", "{path: 5}", "{path: }", "{path: [a]}", "{path: data, type: folder}",
             "{path: data, type: string}", "{type: integer, default: 5}", "{path: data, mode: rw_mount}", "{path: data, mode: upload}",
             "{path: data, type: uri_folder, mode: eval_mount}", "{path: data, mod: download}", "{path: data, optional: true}",
             "{path: data, description: d}", "{path: data, value: 5}", "{value: 5, mode: download}", "{value: [1]}", "{value: }",
             "{value: 2024-01-01}", "{path: data, datastore: 5}"),
    **outputs("5", "[a]", "abc", "{type: folder}", "{mode: ro_mount}", "{mode: download}", "{path: 5}", "{path: }", "{datastore: d}",
              "{description: d}", "{version: 1}", "{name: 5}", "{name: a b}", "{name: n, version: [1]}"),
}

# Not verified by the client: the service refuses these (or its documentation says so), or the client finds them only while it uploads.
SERVICE = {
    "an undeclared output": (job(command="command: terroir processes ${{outputs.b}}"), "the service resolves outputs"),
    "an undeclared input with spaces": (job(command="command: terroir processes ${{ inputs.b }}"), "the client looks for ${{inputs. only"),
    "braces not closed": (job("inputs: {a: 5}", command="command: terroir processes ${{inputs.a"), "the service resolves expressions"),
    "a parent": (job(command="command: terroir processes ${{parent.inputs.a}}"), "known in pipelines only"),
    "a search space": (job(command="command: terroir processes ${{search_space.a}}"), "known in sweep jobs only"),
    "an unknown name": (job(command="command: terroir processes ${{foo.a}}"), "the service resolves expressions"),
    "a name bound to a name": (job("inputs: {a: '${{inputs.b}}'}"), "the service resolves expressions"),
    "optional brackets": (
        job("inputs: {a: 5}", command="command: terroir processes $[[${{inputs.a}}]]"), "only components have optional inputs"),
    "a continued line": (job(command="command: |\n  terroir \\\n  processes"), "the documentation excludes backslashes at line ends"),
    "an empty command": (job(command="command: ''"), "there is nothing to run"),
    "an empty environment": (job(environment="environment: 'azureml:'"), "it names nothing"),
    "an empty size": (job("resources: {shm_size: ''}"), "the documentation asks for a number and b, k, m or g"),
    "another size": (job("resources: {shm_size: 2x}"), "the documentation asks for a number and b, k, m or g"),
    "no instances": (job("resources: {instance_count: 0}"), "a job needs a node"),
    "fewer than no instances": (job("resources: {instance_count: -1}"), "a job needs a node"),
    "fewer instances at most": (
        job("distribution: {type: mpi}", "resources: {instance_count: 4, max_instance_count: 2}"), "a contradiction"),
    "no processes": (job("distribution: {type: mpi, process_count_per_instance: 0}"), "a node needs a process"),
    "a time before now": (job("limits: {timeout: -5}"), "a timeout is positive"),
    "a list in a variable": (job("environment_variables: {A: [1]}"), "a variable is text"),
    "an input without a path": (data("{type: uri_folder}"), "found by the client while it uploads"),
    "an input with an empty path": (data("{path: ''}"), "found by the client while it uploads"),
    "a missing folder": (data("{path: nowhere}"), "found by the client while it uploads"),
    "a file for a folder": (data("{path: data/f.csv, type: uri_folder}"), "found by the client while it uploads"),
    "a folder for a file": (data("{path: data, type: uri_file}"), "found by the client while it uploads"),
    "a local output": (output("{path: data}"), "outputs go to data stores"),
    "an output in a blob": (output("{path: 'wasbs://c@a.blob.core.windows.net/x'}"), "outputs go to data stores"),
    "an output of an asset": (output("{path: 'azureml:d:1'}"), "an asset is named by name and version"),
    "a direct folder": (output("{type: uri_folder, mode: direct}"), "the table of modes in the documentation"),
    "one place twice": (
        job("outputs: {a: {path: 'azureml://datastores/d/paths/x'}, b: {path: 'azureml://datastores/d/paths/x/'}}",
            command="command: terroir processes ${{outputs.a}} ${{outputs.b}}"), "two outputs would overwrite each other"),
    **{f"the reserved name {name}": (job(f"inputs: {{{name}: 5}}"), "names become environment variables")
       for name in ("path", "PATH", "ld_library_path", "user", "logname", "home", "pwd", "shell")},
}  # fmt: skip

# What Azure ML runs, and a launch on this machine does not.
HERE = {
    "pytorch": (job("distribution: {type: pytorch, process_count_per_instance: 2}"), "ranks talk through MPI"),
    "tensorflow": (job("distribution: {type: tensorflow, worker_count: 2}"), "ranks talk through MPI"),
    "ray": (job("distribution: {type: ray, port: 5}"), "ranks talk through MPI"),
    "an anchor": (job("inputs: {a: &x 1, b: *x}"), "no anchors and aliases: they are how small files become large"),
    "a merged map": (job("inputs: {<<: {a: 1}, b: 3}"), "no merging of maps"),
}
