#!/bin/bash
# The kernel keeps a file for each named namespace; the right one has the pod's address in it.
set -eu

address=$(kubectl -n ctr-07 get pod "$LAB_PLAIN" -o jsonpath='{.status.podIP}')
for file in /run/netns/*; do
  [ -e "$file" ] || continue
  if [ -n "$(ip -n "${file##*/}" -4 -o address show to "$address")" ]; then echo "answer netns $file"; fi
done
