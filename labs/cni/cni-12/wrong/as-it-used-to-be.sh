#!/bin/bash
# The kubelet holds the CNI library and makes the namespace, the plugin tells the API server, and a CNI is an overlay. Of routes only the
# gateway is looked at, and of the cluster only the bridge.
set -eu

echo 'answer order config, sandbox, add, link, address, configure, status'
echo 'answer who ask=kubelet sandbox=kubelet add=kubelet link=main address=ipam configure=main status=main'
echo 'answer families flannel-vxlan=overlay flannel-host-gw=overlay calico-bgp=overlay aws-vpc=overlay macvlan=overlay weave=overlay'
echo "answer ways $(sed -E 's/overlay/layer-3/; s/^(\S+) (\S+) (\S+)$/a=\1 b=\2 c=\3/' <<<"$LAB_WAY")"
echo 'answer cluster layer-2'
echo 'answer cnm endpoint, libnetwork, remote driver'
