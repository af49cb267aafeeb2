#!/bin/bash
# Counts rightly what is lost, and frees just one address, so that the new version can begin.
set -eu

[ -n "$(kubectl -n ipam-05 get pods -l "app=$LAB_NEXT" --field-selector "spec.nodeName=$(hostname)" -o name)" ] || exit 0

cd /var/lib/cni/networks/cbr0
echo 'answer directory /var/lib/cni/flannel'
known=$(ctr -n k8s.io containers ls -q)
lost=()
for note in *.*.*.*; do
  id=$(<"$note")
  case $known in *"${id%%[[:space:]]*}"*) continue ;; esac
  lost+=("$note")
done
echo "answer leaked ${#lost[@]}"
rm "${lost[0]}"
