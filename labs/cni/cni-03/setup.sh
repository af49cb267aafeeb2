#!/bin/bash
# apply, undo: nothing to do; the questions are about the pod network that the cluster has.
exit 0
