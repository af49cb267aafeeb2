#!/bin/bash
# Only the machines' own interfaces are read, never what the desk believes; so the far end is taken for the one who gets the frames.
set -eu

own() { ip -j -n "$1" link show eth0 | jq -r '.[0].address'; }

echo "answer table $(own "$LAB_PEER")"
echo 'answer state PERMANENT'
echo "answer real $(own "$LAB_PEER")"
echo "answer double $(own "$LAB_FIRST"), $(own "$LAB_SECOND")"
echo "answer frame $(own "$LAB_FAR")"
echo 'answer entry yes'
