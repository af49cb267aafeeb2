#!/bin/bash
# A default route that names only the device: now the host looks for the whole world on its own cable.
set -eu

ip -n "$LAB_HOST" route flush via "$LAB_GATEWAY"
ip -n "$LAB_HOST" route add default dev eth0
echo 'answer terms device=router role=gateway destination=default'
echo 'answer bits 0'
echo 'answer neighbour no'
