#!/bin/bash
# The paths that begin on this node, and those of its pod: 64, less one for each hop but the goal.
set -eu

address() { kubectl -n pod-04 get pod "$1" -o jsonpath='{.status.podIP}'; }
routers() { "$@" | grep -cE '^ *[0-9]+ +[0-9.]+' | awk '{ print $1 - 1 }'; }
trace() { traceroute -n -q 1 -N 1 -m 8 "$(address "$1")"; }
trace_from_pod() { kubectl -n pod-04 exec "$LAB_NEAR" -- traceroute -n -q 1 -N 1 -m 8 "$(address "$1")"; }

echo "answer node-near $((64 - $(routers trace "$LAB_NEAR")))"
echo "answer node-far $((64 - $(routers trace "$LAB_FAR")))"
echo "answer pod-beside $((64 - $(routers trace_from_pod "$LAB_BESIDE")))"
far=$(routers trace_from_pod "$LAB_FAR")
echo "answer pod-far $((64 - far))"
echo "answer least $((far + 1))"
