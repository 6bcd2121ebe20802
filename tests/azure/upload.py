"""Uploads a folder to a container of a storage emulator and prints, as JSON, tokens for it. Run by AZURE_PYTHON:
upload.py CONNECTION FOLDER CONTAINER"""

import datetime
import json
import pathlib
import sys

from azure.storage.blob import BlobServiceClient, ContainerSasPermissions, generate_container_sas

connection, folder, container = sys.argv[1:]
service = BlobServiceClient.from_connection_string(connection)
client = service.create_container(container)
root = pathlib.Path(folder)
for file in sorted(root.rglob("*")):
    if file.is_file():
        client.upload_blob(str(file.relative_to(root)), file.read_bytes())


def token(hours, **permissions):
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return generate_container_sas(service.account_name, container, account_key=service.credential.account_key,
                                  permission=ContainerSasPermissions(**permissions), expiry=end,
                                  start=end - datetime.timedelta(days=2))


print(json.dumps({"good": token(1, read=True, list=True), "unlisted": token(1, read=True), "expired": token(-1, read=True, list=True)}))
