#!/bin/bash
# From the runtime's own program, and from a kubelet that is given the flag.
set -eu

read -r program _ version _ < <(containerd --version)
echo "answer runtime $program"
echo "answer version $version"
echo "answer written $(grep -l containerRuntimeEndpoint /var/lib/kubelet/instance-config.yaml)"
if said=$(kubelet --container-runtime=remote --version 2>&1); then
  echo 'answer old-flag yes'
else
  grep -q 'unknown flag' <<<"$said"
  echo 'answer old-flag no'
fi
