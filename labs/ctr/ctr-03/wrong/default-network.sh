#!/bin/bash
# --network forgotten: the engine has wired the container already, to its own switch, and the rest was not needed.
set -eu

docker run --detach --name "$LAB_NAME" nginx:latest >/dev/null
