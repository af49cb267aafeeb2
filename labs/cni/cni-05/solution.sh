#!/bin/bash
# The directory that is open in the runtime's own words, and what a look into it shows.
set -eu

offer="bandwidth bridge dhcp host-local ipvlan macvlan portmap ptp static tuning vlan $LAB_PROVIDER"
folder=$(containerd config default | grep -oE "bin_dirs = \['[^']+" | cut -d "'" -f 2)
echo "answer directory $folder/"

comm -23 <(xargs -n 1 <<<"$offer" | sort) <(find "$folder" -type f -printf '%f\n' | sort) | sed 's/^/answer nowhere /'
