#!/bin/bash
# The namespace first: a kubelet cannot show a static pod in a namespace that is not there.
set -eu

case $1 in
apply)
  kubectl create namespace node-01 --dry-run=client -o yaml | kubectl apply -f -
  ;;
undo)
  # The kubelet takes the mirror pod away once the file is gone.
  kubectl -n node-01 wait --for=delete pod --all --timeout=60s
  delete_namespace node-01
  ;;
esac
