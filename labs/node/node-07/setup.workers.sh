#!/bin/bash
# apply: from another machine the file must be seen, and be of no use.
set -eu

[ "$1" = apply ] || exit 0
file=/vagrant/$LAB_FILE
if [ ! -e "$file" ]; then
  echo "/vagrant is not shared between the nodes of this lab, so no file can be handed over in it" >&2
  exit 1
fi
if kubectl --kubeconfig "$file" get nodes >/dev/null 2>&1; then
  echo "$file should not work here" >&2
  exit 1
fi
