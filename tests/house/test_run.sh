#!/bin/sh
# test_run.sh RUN - the script `run` on machines that have nothing: what it asks for, what it says, how it ends.
# Each machine is a folder of programs that stands alone on PATH; apt-get is one of ours that notes what it was asked.
set -eu

home=$(mktemp -d "${TMPDIR:-/tmp}/rao run.XXXXXX") # a blank in the path
trap 'rm -rf -- "$home"' EXIT
cp -- "$1" "$home/run"
mkdir "$home/bare" "$home/debian"
for program in sh env id cat tail mkdir readlink getconf; do
    real=$(command -v "$program")
    ln -s "$real" "$home/bare/$program"
    ln -s "$real" "$home/debian/$program"
done
rm "$home/debian/id"
printf '#!/bin/sh\necho 0\n' >"$home/debian/id"
cat >"$home/debian/apt-get" <<END
#!/bin/sh
echo "\$*" >>'$home/asked'
END
chmod +x "$home/debian/id" "$home/debian/apt-get"

fail() { printf 'FAILED: %s\n--- status %s\n%s\n' "$1" "$status" "$output" >&2; exit 1; }

# on MACHINE ARGUMENT...: sets status, output (both streams) and asked (what apt-get was asked for)
on() {
    machine=$1
    shift
    rm -f -- "$home/asked"
    status=0
    output=$(cd / && PATH=$home/$machine "$home/run" "$@" 2>&1 </dev/null) || status=$?
    asked=$(cat "$home/asked" 2>/dev/null || :)
}
says() { case $output in *"$1"*) ;; *) fail "it should say: $1" ;; esac; }
asks() { case $asked in *"$1"*) ;; *) fail "it should ask apt-get for: $1 (asked: $asked)" ;; esac; }
asks_not() { case $asked in *"$1"*) fail "it should not ask apt-get for: $1" ;; esac; }
ends() { [ "$status" -eq "$1" ] || fail "it should end with status $1"; }

on bare help
ends 0
says './run test quick'
on bare
ends 0
on bare tset
ends 2
says './run test'

on bare install
ends 1
says "please install these (Debian's names), then run this again: gcc libc6-dev make cmake pkg-config libopenblas-dev zlib1g-dev libcjson-dev"

for command in demo install; do
    on debian $command
    ends 1 # this apt-get installs nothing
    says 'Installing gcc'
    says 'installed, and still not found: gcc'
    asks 'install --no-install-recommends gcc libc6-dev make cmake pkg-config libopenblas-dev zlib1g-dev libcjson-dev'
    for package in libcmocka-dev python3 g++ torch; do asks_not "$package"; done
    asks_not update
done

on debian test quick
ends 1
for package in libcjson-dev libcmocka-dev python3 python3-pytest g++; do asks "$package"; done
asks_not torch

on debian peers
ends 1
for package in libcjson-dev python3; do asks "$package"; done # its modules may be with /usr/bin's Python
asks_not libcmocka-dev

# apt-get fails once, as it does where the package lists are absent: then the lists are fetched
cat >"$home/debian/apt-get" <<END
#!/bin/sh
echo "\$*" >>'$home/asked'
case \$* in *update*) : >'$home/updated' ;; *) [ -e '$home/updated' ] ;; esac
END
on debian install
asks update
says 'installed, and still not found'

# apt-get fails for good: its words are shown
printf '#!/bin/sh\necho E: no such mirror\nexit 100\n' >"$home/debian/apt-get"
on debian install
ends 1
says 'E: no such mirror'
says 'this failed: apt_install gcc'

# not root and no sudo
printf '#!/bin/sh\necho 1000\n' >"$home/debian/id"
on debian install
ends 1
says 'please install these as root'
echo 'run: all as it should be'
