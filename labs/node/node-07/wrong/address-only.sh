#!/bin/bash
# What could be seen was mended: address, name, rights. The paths in the file were not seen.
set -eu

config() { kubectl config --kubeconfig "/vagrant/$LAB_FILE" "$@"; }
config set-cluster kubernetes --server="https://$LAB_CONTROL_PLANE_ADDRESS:6443"
config rename-context "$LAB_PERSON@kubernetes" "$LAB_CONTEXT"
chmod 0600 "/vagrant/$LAB_FILE"
