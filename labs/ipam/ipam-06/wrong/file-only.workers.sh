#!/bin/bash
# Mends the file on the node where it is wrong, and nothing else there.
set -eu

range=$(kubectl get node "$(hostname)" -o jsonpath='{.spec.podCIDR}')
if grep -qF "FLANNEL_SUBNET=${range%.*}." /run/flannel/subnet.env; then exit 0; fi
sed -i "s|^FLANNEL_SUBNET=.*|FLANNEL_SUBNET=${range%.*}.1/${range#*/}|" /run/flannel/subnet.env
echo "answer culprit $(hostname)"
echo "answer own-range $range"
