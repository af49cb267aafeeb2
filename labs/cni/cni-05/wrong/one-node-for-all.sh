#!/bin/bash
# Only the control plane was looked at, so what is there is thought to be everywhere; and all of the directory is sorted,
# not the offer. For addresses only the program that the lab's own pods use is named.
set -eu

echo 'answer directory /opt/cni/bin'
echo "answer nowhere $LAB_PROVIDER"
echo "answer node $LAB_CONTROL_PLANE"
echo "answer missing $LAB_PROVIDER"
echo 'answer main bridge, dummy, host-device, ipvlan, loopback, macvlan, ptp, tap, vlan'
echo 'answer ipam host-local'
echo 'answer meta bandwidth, firewall, portmap, sbr, tuning, vrf'
