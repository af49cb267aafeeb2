#!/bin/bash
# The two ports mixed up, and the wrong end of the connections looked at. That no other member is there was known.
set -eu

echo 'answer purpose client=2380 peer=2379 metrics=2381'
echo 'answer busier 2380'
echo 'answer members 0'
echo 'answer program etcd'
echo "answer visitor $LAB_CONTROL_PLANE"
echo "answer visits $(ss -Htn state established 'sport = :2379' | wc -l)"
