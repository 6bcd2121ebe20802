"""Prints all that MLflow's own client sees of the runs of a server, as JSON by the id of the run: mlflow_view.py SERVER, by the
interpreter that has MLflow."""

import json
import pathlib
import sys
import tempfile

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()


def files(run):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(client.download_artifacts(run.info.run_id, "", folder))
        return {str(file.relative_to(root)): file.read_bytes().hex() for file in sorted(root.rglob("*")) if file.is_file()}


def view(run):
    return {
        "experiment": client.get_experiment(run.info.experiment_id).name,
        "name": run.info.run_name,
        "status": run.info.status,
        "times": [run.info.start_time, run.info.end_time],
        "params": run.data.params,
        "tags": run.data.tags,
        "metrics": {
            key: [(m.step, m.value, m.timestamp) for m in client.get_metric_history(run.info.run_id, key)] for key in run.data.metrics
        },
        "files": files(run),
    }


experiments = [experiment.experiment_id for experiment in client.search_experiments()]
print(json.dumps({run.info.run_id: view(run) for run in client.search_runs(experiments)}))
