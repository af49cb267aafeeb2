#!/bin/bash
# The fingerprint of the certificate is taken for the hash of its key, and the note that has it for the right one.
set -eu

cn() { openssl x509 -noout "-$1" -nameopt multiline | sed -n 's/^ *commonName *= //p'; }
hash=$(openssl x509 -noout -fingerprint -sha256 -in /etc/kubernetes/pki/ca.crt | cut -d = -f 2 | tr -d : | tr A-F a-f)
echo "answer hash sha256:$hash"
echo "answer note $(basename "$(grep -rl "$hash" /home/vagrant/node-06)" .txt)"
echo 'answer halves hash=cluster, token=worker'
echo "answer ca-name CN=$(cn subject </etc/kubernetes/pki/ca.crt)"
echo 'answer self-signed y'
for certificate in apiserver etcd/server front-proxy-client; do
  echo "answer issuers $certificate=$(cn issuer <"/etc/kubernetes/pki/$certificate.crt")"
done
echo "answer kubelet-client $(cn subject </etc/kubernetes/pki/ca.crt)"
serving=$(openssl s_client -connect "$LAB_WORKER1_ADDRESS:10250" </dev/null 2>/dev/null)
echo "answer kubelet-serving $(cn issuer <<<"$serving")"
