#!/bin/sh
# go.sh - runs the race from a kit (see `kit`): sh go.sh OUTDIR [BUDGET [LIMIT [JOBS]]], all in seconds on the wall; OUTDIR gets race.jsonl, race.md, log.txt.
set -u
kit=$(cd -- "$(dirname -- "$0")" && pwd)
out=$1
budget=${2-510}
limit=${3-130}
jobs=${4-0}
mkdir -p "$out"
[ ! -f "$kit/race.jsonl" ] || cp "$kit/race.jsonl" "$out/" # of a run that was cut off: it goes on
export CUDA_VISIBLE_DEVICES= PYTHONPATH="$kit/python:$kit/peers" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OMP_NUM_THREADS
{
    cat "$kit/version"
    lscpu | grep -E 'Model name|^CPU\(s\)|Thread|Core|Socket|L2|L3|Flags' | cut -c1-1500
    "$kit/bin/rao" info
    python3 -c 'import torch; print(torch.__version__); print(torch.__config__.show())'
    python3 "$kit/peers/race" --mnist "$kit/mnist" --results "$out/race.jsonl" --rao "$kit/bin/rao" --budget "$budget" --limit "$limit" --jobs "$jobs"
} >"$out/log.txt" 2>&1
python3 "$kit/peers/race_table" "$out/race.jsonl" >"$out/race.md" 2>>"$out/log.txt"
tail -5 "$out/log.txt"
cat "$out/race.md"
