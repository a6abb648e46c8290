#!/usr/bin/env bash
# Runs the benchmark on a machine with a GPU that has neither Node nor a network, after pack.mjs has filled
# out/portable elsewhere:  bench/portable/run.sh OUTPUT_FOLDER
# Every part has a time limit of its own, so that one that fails or hangs does not end the rest. Results are
# JSON files in OUTPUT_FOLDER; what the parts say goes to OUTPUT_FOLDER/log.txt; a line a part on stdout.
set -u
out=$(mkdir -p "${1:?name the output folder}" && cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
packed=$PWD/out/portable
tar -xf "$packed/runtime.tar.xz" -C "$packed" || exit 1
node=$packed/node
: >"$out/log.txt"

# part NAME SECONDS COMMAND…: stdout of the command to NAME.json
part() {
  local name=$1 limit=$2 begin code
  shift 2
  begin=$(date +%s.%N)
  echo "== $name" >>"$out/log.txt"
  timeout -k 5 "$limit" "$@" >"$out/$name.json" 2>>"$out/log.txt"
  code=$?
  echo "$name: exit code $code, $(awk "BEGIN{printf \"%.1f\", $(date +%s.%N) - $begin}") s" | tee -a "$out/log.txt"
}

# lab NAME SECONDS: trains a published run file
lab() {
  part "train_$1" "$2" "$node" "$packed/lab.mjs" train --config "docs/results/runs/$1.json" --out "/tmp/portable_runs/$1"
  # With several models every one has a folder of its own.
  local file
  for file in "/tmp/portable_runs/$1"/*/report.json; do
    local model
    model=$(basename "$(dirname "$file")" | tr ' ' '_')
    cp "$file" "$out/report_$1_$model.json" 2>>"$out/log.txt"
    tail -n 1 "$(dirname "$file")/metrics.jsonl" >"$out/last_metrics_$1_$model.json" 2>>"$out/log.txt"
  done
}

part adapter 30 "$node" --input-type=module -e "
import { create } from '$packed/node_modules/webgpu/index.js';
const gpu = create([]);
const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
const limits = {};
for (const name in adapter?.limits) limits[name] = Number(adapter.limits[name]);
const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
console.log(JSON.stringify({ vendor, architecture, device, description, isFallbackAdapter, limits, features: [...(adapter?.features ?? [])] }));
process.exit(adapter === null ? 1 : 0);"
part steps_small 45 "$node" "$packed/bench.mjs" --only steps --workload small --json
part passes_small 30 "$node" "$packed/bench.mjs" --only passes --workload small --json
part steps_gpt2 45 "$node" "$packed/bench.mjs" --only steps --workload gpt2 --json
part passes_gpt2 30 "$node" "$packed/bench.mjs" --only passes --workload gpt2 --json
part steps_gpt2_4096 45 "$node" "$packed/bench.mjs" --only steps --workload gpt2_4096 --json
part passes_gpt2_4096 30 "$node" "$packed/bench.mjs" --only passes --workload gpt2_4096 --json
part pytorch 110 python3 bench/pytorch_step.py --seconds 75
part language_model 60 "$node" "$packed/bench.mjs" --only lm --json
part parity 120 "$node" "$packed/parity.mjs"
lab figure1 40
lab zoo 40
lab words 60
