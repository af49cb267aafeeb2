#!/bin/bash
# From the running processes and from netstat; the grader reads the manifest and ss.
set -eu

flag() { tr '\0' '\n' <"/proc/$(pgrep -ox etcd)/cmdline" | sed -nE "s/^--listen-$1-urls=.*:([0-9]+)\$/\1/p"; }
client=$(flag client) peer=$(flag peer) metrics=$(flag metrics)
echo "answer purpose client=$client peer=$peer metrics=$metrics"

# The remote ends of what is established to a port of this machine.
callers() { netstat -tn | awk -v port=":$1\$" '$6 == "ESTABLISHED" && $4 ~ port { print $5 }'; }
for port in "$client" "$peer" "$metrics"; do echo "$(callers "$port" | wc -l) $port"; done |
  sort -n | awk 'END { print "answer busier " $2 }'
echo "answer members $(callers "$peer" | wc -l)"

# The program at most of the other ends; netstat cuts its name off.
most=$(netstat -tnp | awk -v port=":$client\$" '$5 ~ port { sub(/^[0-9]+\//, "", $7); print $7 }' |
  sort | uniq -c | sort -n | awk 'END { print $2 }')
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet etcd; do
  case $program in "$most"*) echo "answer program $program" ;; esac
done

strangers=$(callers "$client" | sed 's/:[0-9]*$//' | grep -vxF -e 127.0.0.1 -e "$LAB_CONTROL_PLANE_ADDRESS")
echo "answer visitor $(sort -u <<<"$strangers")"
echo "answer visits $(wc -l <<<"$strangers")"
