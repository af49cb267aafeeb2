#!/bin/bash
# kubeadm computes the hash itself for a new token; the servers show their certificates to whoever connects. The token goes again.
set -eu

command=$(kubeadm token create --ttl 1m --print-join-command)
kubeadm token delete "$(grep -oP -- '--token \K\S+' <<<"$command")" >/dev/null
hash=$(grep -oP 'sha256:\K[0-9a-f]+' <<<"$command")
echo "answer hash sha256:$hash"
echo "answer note $(cd /home/vagrant/node-06 && grep -l "$hash" ./*.txt | sed 's,^\./,,')"
echo 'answer halves hash=cluster token=node'

name() { grep -oP 'CN ?= ?\K[^,/]+$'; }
cluster=$(kubectl config view --raw --minify -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d)
subject=$(openssl x509 -noout -subject <<<"$cluster")
issuer=$(openssl x509 -noout -issuer <<<"$cluster")
echo "answer ca-name $(name <<<"$subject")"
if [ "${subject#subject}" = "${issuer#issuer}" ]; then echo 'answer self-signed yes'; else echo 'answer self-signed no'; fi

shown() { openssl s_client -connect "$1" </dev/null 2>/dev/null | openssl x509 -noout -issuer | name; }
echo "answer issuers apiserver=$(shown "$LAB_CONTROL_PLANE_ADDRESS:6443")"
echo "answer issuers etcd/server=$(shown 127.0.0.1:2379)"
echo "answer issuers front-proxy-client=$(openssl x509 -noout -subject -in /etc/kubernetes/pki/front-proxy-ca.crt | name)"
