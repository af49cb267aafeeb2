#!/bin/bash
set -eu

name() { grep -oP 'CN ?= ?\K[^,/]+$'; }
pem=/var/lib/kubelet/pki/kubelet-client-current.pem
# Signed by the CA that is in the kubeconfig: so its name is the issuer's.
openssl verify -CAfile /etc/kubernetes/pki/ca.crt "$pem" >/dev/null
echo "answer kubelet-client $(openssl x509 -noout -subject -in /etc/kubernetes/pki/ca.crt | name)"
echo "answer kubelet-serving $(openssl x509 -noout -issuer -in /var/lib/kubelet/pki/kubelet.crt | name)"
