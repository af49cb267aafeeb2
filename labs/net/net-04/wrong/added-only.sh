#!/bin/bash
# The default route comes on top of the list, and router and gateway are taken for each other.
set -eu

ip -n "$LAB_HOST" route add default via "$LAB_GATEWAY"
echo 'answer terms device=gateway role=router destination=default'
echo 'answer bits 0'
echo 'answer neighbour no'
