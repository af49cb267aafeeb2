#!/bin/bash
# apply: takes this worker out of the cluster, as if the machine had never been in one. undo: puts it back as it was,
# with the same certificate and the same range of pods, which another join would not give it.
set -eu

keep=/var/lib/lab/node-08
node=node/$LAB_WORKER2
note=/home/vagrant/join.txt

tokens() { kubectl -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token -o name; }

remember() {
  [ ! -e "$keep" ] || return 0
  local part=$keep.part paths=()
  rm -rf "$part"
  install -d -m 0700 "$part"
  for path in etc/kubernetes/kubelet.conf etc/kubernetes/pki \
    var/lib/kubelet/{config.yaml,instance-config.yaml,kubeadm-flags.env,pki}; do
    if [ -e "/$path" ]; then paths+=("$path"); fi
  done
  tar -C / -cf "$part/files.tar" "${paths[@]}"
  tokens >"$part/tokens"
  # What flannel announced holds for the tunnel of that time only.
  kubectl get "$node" -o json | jq '{ apiVersion, kind,
    metadata: (.metadata | { name, labels, annotations: (.annotations | with_entries(select(.key | startswith("flannel") | not))) }),
    spec: (.spec | .taints = [.taints[]? | select(.key | startswith("node.kubernetes.io/") | not)]) }' >"$part/node.json"
  mv "$part" "$keep"
}

# kubeadm leaves what the pod network has made. A bridge with the address of an old range would refuse pods of a new one.
clear_machine() {
  local said
  said=$(env -u KUBECONFIG kubeadm reset --force 2>&1) || { echo "$said" >&2 && return 1; }
  delete_links cni0 flannel.1
  rm -rf /etc/cni/net.d/10-flannel.conflist /run/flannel /var/lib/cni/networks /var/lib/cni/results /var/lib/cni/flannel
}

forget_node() {
  kubectl delete "$node" --ignore-not-found --timeout=20s
  # Nobody is left there to end them.
  kubectl delete pods --all-namespaces --field-selector "spec.nodeName=$LAB_WORKER2" --force --grace-period=0 2>/dev/null
}

case $1 in
apply)
  if [ -e /etc/kubernetes/kubelet.conf ]; then
    remember
    clear_machine
  fi
  forget_node
  hash=$(sha256sum <<<"$LAB_OLD") # of a CA that never was
  echo "sudo kubeadm join $LAB_CONTROL_PLANE_ADDRESS:6443 --token $LAB_OLD --discovery-token-ca-cert-hash sha256:${hash%% *}" >"$note"
  chown vagrant:vagrant "$note"

  if kubectl get "$node" 2>/dev/null || systemctl is-active --quiet kubelet; then
    echo "$LAB_WORKER2 is still a part of the cluster" >&2
    exit 1
  fi
  ;;
undo)
  rm -f "$note"
  [ -e "$keep" ] || exit 0
  clear_machine
  forget_node
  for token in $(tokens | grep -vxFf "$keep/tokens"); do kubectl -n kube-system delete "$token"; done
  tar -C / -xf "$keep/files.tar"
  kubectl create -f "$keep/node.json"
  systemctl start kubelet
  kubectl wait --for=condition=Ready "$node" --timeout=60s
  kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=60s
  kubectl -n kube-system rollout status daemonset kube-proxy --timeout=60s
  # The agent counts as ready before it has made the tunnel.
  for _ in {1..100}; do [ ! -e /sys/class/net/flannel.1 ] || break; sleep 0.2; done
  rm -r "$keep"
  ;;
esac
