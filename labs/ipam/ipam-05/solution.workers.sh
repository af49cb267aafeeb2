#!/bin/bash
# On the node that the pods hang on: deletes each note whose sandbox the runtime does not know.
set -eu

[ -n "$(kubectl -n ipam-05 get pods -l "app=$LAB_NEXT" --field-selector "spec.nodeName=$(hostname)" -o name)" ] || exit 0

cd /var/lib/cni/networks/cbr0
echo "answer directory $PWD/"
known=$(ctr -n k8s.io containers ls -q)
count=0
for note in *.*.*.*; do
  id=$(<"$note")
  id=${id%%[[:space:]]*}
  case $known in *"$id"*) continue ;; esac
  rm "$note"
  count=$((count + 1))
done
echo "answer leaked $count"
