#!/bin/bash
# What is known, and the three ways as the kernel would go them: to whom would it send the frame?
set -eu

echo 'answer order config, sandbox, add, link, address, configure, status'
echo 'answer who ask=kubelet sandbox=runtime add=runtime link=main address=ipam configure=main status=kubelet'
echo 'answer families flannel-vxlan=overlay flannel-host-gw=layer-3 calico-bgp=layer-3 aws-vpc=layer-3 macvlan=layer-2 weave=overlay'
echo 'answer cnm libnetwork, endpoint, remote-driver'

family() { # RANGE
  local way
  way=$(ip route get "${1%.*}.9")
  case $way in
  *"dev $LAB_DEVICE "*) echo overlay ;;
  *" via "*) echo layer-3 ;;
  *) echo layer-2 ;;
  esac
}
echo "answer ways a=$(family "$LAB_RANGE_A") b=$(family "$LAB_RANGE_B") c=$(family "$LAB_RANGE_C")"
