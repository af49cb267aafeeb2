#!/bin/bash
# Takes flannel away and stops there: nodes stay Ready, and what the agents had set up stays as wrong as it was.
set -eu

kubectl delete -f /vagrant/manifests/cni/flannel/flannel.yml --timeout=60s
