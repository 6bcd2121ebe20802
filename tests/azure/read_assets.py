"""Loads the files of configs/azureml with Microsoft's own client, offline, and prints as JSON what it makes of them. Run by AZURE_PYTHON:
read_assets.py FOLDER..., each with the same files"""

import json
import pathlib
import sys

from azure.ai.ml import load_component, load_compute, load_datastore, load_environment, load_job
from azure.ai.ml._utils._asset_utils import get_ignore_file, get_upload_files_from_folder
from azure.ai.ml.entities._load_functions import load_schedule


def verdict(entity):
    """What its own validation says, where it has one that needs no workspace."""
    return json.loads(json.dumps(entity._validate()._to_dict())) if hasattr(entity, "_validate") else None


def seen(entity):
    return {"verdict": verdict(entity), "fields": json.loads(json.dumps(entity._to_dict(), default=str))}


def sent(path):
    """The files of a folder that the client uploads, by its ignore file."""
    return sorted(name for _, name in get_upload_files_from_folder(path, ignore_file=get_ignore_file(path)))


def schedule(path):
    loaded = load_schedule(path)
    rest = loaded._to_rest_object().serialize() if hasattr(loaded._to_rest_object(), "serialize") else loaded._to_rest_object().as_dict()
    return {**seen(loaded), "rest": json.loads(json.dumps(rest, default=str))}


def assets(folder):
    environment = load_environment(folder / "environment.yml")
    return {
        "job": seen(load_job(folder / "job.yml")),
        "component": seen(load_component(folder / "component.yml")),
        "verify": seen(load_component(folder / "verify.yml")),
        "pipeline": seen(load_job(folder / "pipeline.yml")),
        "schedule": schedule(folder / "schedule.yml"),
        "schedule-cron": schedule(folder / "schedule-cron.yml"),
        "environment": seen(environment),
        "compute": seen(load_compute(folder / "compute.yml")),
        "datastore": seen(load_datastore(folder / "datastore.yml")),
        "code": sent(folder / "src"),
        "context": sent((folder / environment.build.path).resolve()),
    }


def answer(folder):
    try:
        return assets(folder)
    except Exception as error:  # the client refuses by exceptions of many kinds
        return {"fault": str(error)}


print(json.dumps([answer(pathlib.Path(folder)) for folder in sys.argv[1:]]))
