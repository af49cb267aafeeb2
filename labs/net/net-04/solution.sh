#!/bin/bash
# Everything with a next hop goes, then one line comes back; the lookups are read as text, the checks read them as JSON.
set -eu

ip -n "$LAB_HOST" route flush via "$LAB_GATEWAY"
ip -n "$LAB_HOST" route add 0.0.0.0/0 via "$LAB_GATEWAY"

echo 'answer terms device=router'
echo 'answer terms role=gateway'
echo "answer terms destination=$(ip -n "$LAB_HOST" route | awk '$2 == "via" { print $1 }')"
echo 'answer bits 0'
case $(ip -n "$LAB_HOST" route get 192.168.1.10) in
*' via '*) echo 'answer neighbour yes' ;;
*) echo 'answer neighbour no' ;;
esac
