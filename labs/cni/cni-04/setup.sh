#!/bin/bash
# One worker's kubelet is told another way to the same socket, in a file that stands above kubeadm's.
set -eu

names=("$LAB_WORKER1" "$LAB_WORKER2")
addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
name=${names[LAB_WHICH - 1]}
[ -n "$(ip -4 -o address show to "${addresses[LAB_WHICH - 1]}")" ] || exit 0

kept=/var/lib/lab/cni-04 # the file as it was; empty if there was none
KUBECACHEDIR=$(mktemp -d) # or kubectl makes a folder in root's home
export KUBECACHEDIR
trap 'rm -rf "$KUBECACHEDIR"' EXIT

# A kubelet that has just started may say that it is not Ready; nobody should meet that.
restart() {
  systemctl restart kubelet
  for _ in $(seq 100); do
    if kubectl get --raw "/api/v1/nodes/$name/proxy/healthz" >/dev/null 2>&1; then break; fi
    sleep 0.2
  done
  kubectl wait --for=condition=Ready "node/$name" --timeout=20s
}

case $1 in
apply)
  mkdir -p "${LAB_ENDPOINT%/*}"
  # Not below /run, which is empty after a restart of the node.
  ln -sfn /run/containerd/containerd.sock "$LAB_ENDPOINT"
  if grep -qsF "$LAB_ENDPOINT" "$LAB_PLACE"; then exit 0; fi

  mkdir -p "$kept"
  if [ -e "$LAB_PLACE" ]; then cp -p "$LAB_PLACE" "$kept/file"; fi
  case $LAB_PLACE in
  *.conf)
    cat >"$LAB_PLACE" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$LAB_ENDPOINT
YAML
    ;;
  *)
    # Behind the flags that are there, inside the quotes if there are any.
    sed -i -E "/^KUBELET_[A-Z_]+ARGS=/s#(\"?)\$# --container-runtime-endpoint=unix://$LAB_ENDPOINT\1#" "$LAB_PLACE"
    ;;
  esac
  restart
  ;;
undo)
  if [ -d "$kept" ]; then
    if [ -e "$kept/file" ]; then mv "$kept/file" "$LAB_PLACE"; else rm -f "$LAB_PLACE"; fi
    restart
    rmdir "$kept"
  fi
  rm -rf "${LAB_ENDPOINT%/*}"
  ;;
esac
