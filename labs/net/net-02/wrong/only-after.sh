#!/bin/bash
# The route first, the questions afterwards: what was before is guessed from what is now.
set -eu

ip -n "$LAB_NEAR" route add 192.168.2.0/24 via "$LAB_GATEWAY"
echo 'answer before Destination Host Unreachable'
echo 'answer frames 3'
echo 'answer refused Network is unreachable'
echo 'answer asked 192.168.2.10'
echo "answer reporter $LAB_GATEWAY"
