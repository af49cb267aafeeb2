#!/bin/bash
# The learner makes everything: apply begins with nothing, and undo leaves nothing.
set -eu

delete_netns red blue
delete_loose_veths # cables that were made and never plugged in
delete_links "$LAB_BRIDGE"
