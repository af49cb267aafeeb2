#!/bin/bash
# Makes a plain Debian or Ubuntu machine ready for the files of a lab node; safe to repeat. Arguments: packages that it needs.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# One call for all of them: each takes a second on an emulated processor.
there=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
mapfile -t missing < <(printf '%s\n' "$@" | grep -vxF -f <(printf '%s\n' "$there") || true)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "installing ${#missing[@]} packages: ${missing[*]}"
  # A machine that has just booted may be at its own updates.
  apt-get -o DPkg::Lock::Timeout=300 update -q
  apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends "${missing[@]}"
fi

printf '%s\n' overlay br_netfilter vxlan >/etc/modules-load.d/lab.conf
for module in overlay br_netfilter vxlan; do
  modprobe "$module" || echo "no module $module; it may be built in"
done

# kubelet does not account for swapped memory by default.
swapoff --all
sed -i -E 's|^([^#].*[[:space:]]swap[[:space:]].*)$|#\1|' /etc/fstab
systemctl list-units --type swap --no-legend --plain | while read -r unit _; do systemctl mask --quiet "$unit"; done

update-alternatives --set iptables /usr/sbin/iptables-nft >/dev/null
id vagrant >/dev/null
mkdir -p /opt/cni/bin /etc/cni/net.d /vagrant /etc/lab /etc/kubernetes/manifests /var/lib/lab
