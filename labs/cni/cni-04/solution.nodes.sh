#!/bin/bash
# From the files, in the order in which the kubelet reads them: the last that says something counts.
set -eu

found=''
endpoint=''
look() { # FILE PATTERN
  local value
  value=$(sed -nE "s#.*$2[\"']?(unix://[^\"' ]+).*#\1#p" "$1" 2>/dev/null || true)
  if [ -n "$value" ]; then found=$1 endpoint=$value; fi
}
look /var/lib/kubelet/config.yaml '^containerRuntimeEndpoint: *'
for file in /etc/kubernetes/kubelet.conf.d/*.conf; do look "$file" '^containerRuntimeEndpoint: *'; done
look /var/lib/kubelet/kubeadm-flags.env '--container-runtime-endpoint='
look /etc/default/kubelet '--container-runtime-endpoint='

echo "answer endpoints $(hostname)=$endpoint"
if [ "$found" != /var/lib/kubelet/config.yaml ]; then echo "answer file $found"; fi
