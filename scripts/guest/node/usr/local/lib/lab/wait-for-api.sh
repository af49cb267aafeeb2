#!/bin/bash
# Before the kubelet of a worker starts: waits for the API server, at most 30 s. When all nodes start at once, a kubelet
# that finds nobody tries again after longer and longer pauses, and its pods come seconds later than they could.
# The control plane's own kubelet starts the API server, so it does not wait.
conf=/etc/kubernetes/kubelet.conf
if [ ! -e "$conf" ] || [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ]; then exit 0; fi
server=$(sed -n 's#^ *server: https://\(.*\):\([0-9]*\)$#\1/\2#p' "$conf" | head -n 1)
for _ in {1..300}; do
  (exec 3<>"/dev/tcp/$server") 2>/dev/null && exit 0
  sleep 0.1
done
echo "no API server at $server after 30 s; the kubelet goes on trying"
