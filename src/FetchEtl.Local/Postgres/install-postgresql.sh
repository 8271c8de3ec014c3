#!/bin/sh
# Installs the distribution's postgresql package on a Debian-like system, as root, for private servers only. It creates
# no main cluster and starts no service. Several processes can run this script at once.
set -eu

export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -q -o DPkg::Lock::Timeout=300 "$@" >/dev/null; }

exec 9>/run/fetch-etl-postgresql.lock
flock 9
if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    exit 0
fi

apt update
apt install -y --no-install-recommends postgresql-common

# The line is in the file only during this installation, so a later installation creates the main cluster as usual.
settings=/etc/postgresql-common/createcluster.conf
line='create_main_cluster = false # fetch-etl'
trap 'sed -i "/^$line\$/d" "$settings"' EXIT
echo "$line" >> "$settings"
apt install -y --no-install-recommends postgresql
