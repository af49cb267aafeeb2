#!/bin/bash
# The hash is right, but one CA is believed to sign everything, the token to prove the cluster, and a CA to need a signature from above.
set -eu

hash=$(openssl x509 -noout -pubkey -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform der | openssl dgst -sha256 -r)
hash=${hash%% *}
echo "answer hash $hash"
echo "answer note $(basename "$(grep -rl "$hash" /home/vagrant/node-06)")"
echo 'answer halves hash=node token=cluster'
echo 'answer ca-name kubernetes'
echo 'answer self-signed no'
echo 'answer issuers apiserver=kubernetes etcd/server=kubernetes front-proxy-client=kubernetes'
echo 'answer kubelet-client kubernetes'
echo 'answer kubelet-serving kubernetes'
