"""What Microsoft's client makes of job files: run by the interpreter that has azure-ai-ml, offline.

Reads paths, one a line; prints a JSON list of {"valid", "why", "literals"}. The steps are those that the client takes before it talks to
the service: it loads the file, validates the job, and makes the body of the request.
"""

import json
import logging
import sys
import warnings

logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")

from azure.ai.ml import MLClient, load_job  # noqa: E402
from azure.ai.ml.entities._job.to_rest_functions import to_rest_job_object  # noqa: E402


class NoCredential:
    def get_token(self, *_scopes, **_options):
        raise RuntimeError("nothing here talks to Azure")


CLIENT = MLClient(NoCredential(), "00000000-0000-0000-0000-000000000000", "group", "workspace", enable_telemetry=False)


def verdict(path):
    try:
        job = load_job(path)
        if getattr(job, "type", "command") == "pipeline":
            result = job._validate()
        else:
            result = CLIENT.jobs.validate(job)
        if not result.passed:
            return {"valid": False, "why": json.dumps(result._to_dict()), "literals": {}}
        inputs = to_rest_job_object(job).as_dict()["properties"].get("inputs") or {}
    except Exception as error:  # the client refuses by exceptions of many kinds
        return {"valid": False, "why": f"{type(error).__name__}: {error}", "literals": {}}
    literals = {name: value["value"] for name, value in inputs.items() if value.get("jobInputType") == "literal"}
    return {"valid": True, "why": "", "literals": literals}


json.dump([verdict(line.strip()) for line in sys.stdin], sys.stdout)
