#!/bin/sh
# steps.sh - the step times of a kit (see `kit`): sh steps.sh OUTDIR [ROUNDS]; OUTDIR gets steps.json and steps.txt. Some 50 s a round on an idle machine.
set -u
kit=$(cd -- "$(dirname -- "$0")" && pwd)
out=$1
mkdir -p "$out"
export CUDA_VISIBLE_DEVICES= PYTHONPATH="$kit/python:$kit/peers" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
taskset -c 0 python3 "$kit/peers/run" --rao "$kit/bin/rao" --rounds "${2-2}" --seconds 0.15 --json "$out/steps.json" >"$out/steps.txt" 2>&1
cat "$out/steps.txt"
