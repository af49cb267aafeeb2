#!/bin/bash
# First an address, then a cable for it; BGP is taken for a tunnel, and delegation for something of Docker's.
set -eu

read -r a b c <<<"$LAB_WAY"
echo 'answer order config, sandbox, add, address, link, configure, status'
echo 'answer who ask=kubelet sandbox=containerd add=containerd link=bridge address=host-local configure=bridge status=kubelet'
echo 'answer families flannel-vxlan=overlay flannel-host-gw=l3 calico-bgp=overlay aws-vpc=l3 macvlan=l2 weave=overlay'
echo "answer ways a=$a b=$b c=$c"
echo 'answer cluster layer-2'
echo 'answer cnm delegation, endpoint, libnetwork'
