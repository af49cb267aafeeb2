#!/bin/bash
# The rights of the guests, and a kubeconfig that works for root on this machine and nowhere else.
set -eu

file=/vagrant/$LAB_FILE
pki=/etc/kubernetes/pki

case $1 in
apply)
  kubectl create clusterrolebinding "node-07-$LAB_GROUP" --clusterrole=view --group="$LAB_GROUP" \
    --dry-run=client -o yaml | kubectl apply -f -
  cat >"$file" <<YAML
apiVersion: v1
kind: Config
clusters:
  - name: kubernetes
    cluster:
      server: https://$LAB_CONTROL_PLANE:6443
      certificate-authority: $pki/ca.crt
users:
  - name: $LAB_PERSON
    user:
      client-certificate: $pki/apiserver-kubelet-client.crt
      client-key: $pki/apiserver-kubelet-client.key
contexts:
  - name: $LAB_PERSON@kubernetes
    context: { cluster: kubernetes, user: $LAB_PERSON }
current-context: $LAB_PERSON@kubernetes
YAML
  chown vagrant:vagrant "$file"
  chmod 0644 "$file"
  kubectl --kubeconfig "$file" get nodes >/dev/null # as the colleague says
  ;;
undo)
  rm -f "$file"
  kubectl delete clusterrolebinding "node-07-$LAB_GROUP" --ignore-not-found
  ;;
esac
