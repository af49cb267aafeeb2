#!/bin/bash
# Four notes with a join command. One hash is right; the others come of ways to compute it that people really go.
set -euo pipefail

folder=/home/vagrant/node-06
ca=/etc/kubernetes/pki/ca.crt

case $1 in
apply)
  right=$(openssl x509 -noout -pubkey -in "$ca" | openssl pkey -pubin -outform der | sha256sum)
  wrong=(
    "$(sha256sum </dev/null)" # what is left of `openssl rsa` when the key is of another kind
    "$(openssl x509 -in "$ca" -outform der | sha256sum)"
    "$(sha256sum <"$ca")"
  )
  install -d -o vagrant -g vagrant "$folder"
  for name in ana ben cleo dan; do
    if [ "$name" = "$LAB_RIGHT" ]; then
      hash=$right
    else
      hash=${wrong[0]}
      wrong=("${wrong[@]:1}")
    fi
    noise=$(sha256sum <<<"$name ${hash%% *}") # letters and digits for a token
    echo "kubeadm join $LAB_CONTROL_PLANE_ADDRESS:6443 --token ${noise:0:6}.${noise:6:16}" \
      "--discovery-token-ca-cert-hash sha256:${hash%% *}" >"$folder/$name.txt"
  done
  chown vagrant:vagrant "$folder"/*.txt
  ;;
undo)
  rm -rf "$folder"
  ;;
esac
