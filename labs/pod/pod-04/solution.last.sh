#!/bin/bash
# The last hop is the goal.
set -eu

echo "answer hops $(kubectl -n pod-04 get pod "$LAB_FAR" -o jsonpath='{.status.podIP}')"
