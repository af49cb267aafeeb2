#!/bin/bash
# The list gets one more line, as always; tomorrow another network will be missing.
set -eu

ip -n "$LAB_HOST" route add 203.0.113.0/24 via "$LAB_GATEWAY"
echo 'answer terms device=router role=gateway destination=default'
echo 'answer bits 32'
echo 'answer neighbour no'
