// The script behind "add a host": fetches the agent from the console, checks it,
// and starts it for good.

interface InstallScriptOptions {
  /** Address of the console as the host reaches it, without a slash at the end. */
  consoleUrl: string;
  /** SHA-256 of the bundle, hex. */
  sha256: string;
}

/** Both options go into shell text: only characters that mean nothing to a shell may be in them. */
const isPlain = (text: string): boolean => /^[A-Za-z0-9.:/[\]_-]+$/.test(text);

/** A POSIX shell script; its arguments are the join token and further options of the agent. Throws for a URL that is none. */
export function installScript({ consoleUrl, sha256 }: InstallScriptOptions): string {
  if (!isPlain(consoleUrl) || !isPlain(sha256)) throw new Error('the address of the console is not a plain URL');
  return `#!/bin/sh
# Installs the Plexus agent. Needs Node.js 20 or later, and curl or wget.
set -eu

console='${consoleUrl}'
sha256='${sha256}'

fail() { echo "plexus agent: $*" >&2; exit 1; }

[ $# -ge 1 ] || fail "a join token is missing. Copy the whole line from the console."
token=$1; shift
node=$(command -v node) || fail "Node.js is not installed here. Install version 20 or later and run this line again."
[ "$("$node" -p 'process.versions.node.split(".")[0]')" -ge 20 ] ||
  fail "$("$node" --version) is too old. Install Node.js 20 or later and run this line again."

if [ "$(id -u)" = 0 ]; then
  program_dir=/opt/plexus-agent state_dir=/var/lib/plexus-agent
else
  program_dir=$HOME/.plexus-agent state_dir=$HOME/.plexus-agent/state
fi
mkdir -p "$program_dir" "$state_dir"
chmod 700 "$state_dir"

new=$program_dir/agent.mjs.new
if command -v curl >/dev/null; then curl -fsSL "$console/agent/bundle.mjs" -o "$new"
else wget -qO "$new" "$console/agent/bundle.mjs"; fi || fail "the agent could not be fetched from $console."
echo "$sha256  $new" | sha256sum -c - >/dev/null || fail "the agent that arrived is not the one that was announced."
mv "$new" "$program_dir/agent.mjs"

(umask 077; printf '%s\\n' "$token" >"$state_dir/join-token")
# Small: a young generation of 1 MB, one arena of malloc for all threads.
export MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
set -- "$node" --max-semi-space-size=1 "$program_dir/agent.mjs" --state-dir "$state_dir" --join-file "$state_dir/join-token" "$@"

if [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ]; then
  # systemd reads backslashes, quotes, % and $ in it.
  exec_start=
  for word in "$@"; do
    exec_start="$exec_start \\"$(printf '%s' "$word" | sed 's/[\\\\"]/\\\\&/g; s/[%$]/&&/g')\\""
  done
  # KillMode: commands of jobs outlive a restart of the agent, which then finds out how they ended.
  cat >/etc/systemd/system/plexus-agent.service <<UNIT
[Unit]
Description=Plexus agent
After=network-online.target
Wants=network-online.target

[Service]
Environment=MALLOC_ARENA_MAX=$MALLOC_ARENA_MAX MALLOC_TRIM_THRESHOLD_=$MALLOC_TRIM_THRESHOLD_
ExecStart=\${exec_start# }
Restart=always
RestartSec=5
KillMode=process

[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  # A restart, for it may run already, in the version before.
  systemctl enable plexus-agent.service
  systemctl restart plexus-agent.service
  echo "The agent runs as plexus-agent.service."
else
  nohup "$@" >>"$state_dir/agent.log" 2>&1 </dev/null &
  echo "The agent runs with pid $!; it does not start again with the machine. Its log: $state_dir/agent.log"
fi
`;
}
