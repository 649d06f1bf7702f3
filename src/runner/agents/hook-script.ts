/**
 * The shell side of the spool, written into each run's folder. POSIX `sh` and no more, because it runs at every tool call
 * of every agent. Used as `exec /bin/sh <run>/hook.sh <seconds to wait for an answer>
 * [<file in spool/tmp to wait for, 10 s at most>]`, with the event on standard input.
 *
 * Names sort as events happen without a clock (macOS has no `date +%N`): the number is one more than any number seen, in
 * the spool or in `answers/floor`, where the reader notes the highest one that it dropped. The spool is looked at before the floor,
 * and the reader writes the floor before it drops, so a number can't be missed. `$$` keeps concurrent hooks apart.
 *
 * `exec` in the command makes the agent our parent: when it is gone nobody reads our answer.
 */
export const hookScript = `#!/bin/sh
umask 077
here=\${0%/*}
spool=$here/spool
temporary=$spool/tmp/hook-$$
cat >"$temporary" || { rm -f "$temporary"; exit 0; }

number() {
  number=\${1%%-*}
  number=\${number#"\${number%%[!0]*}"}
  case $number in '' | *[!0-9]*) number=0 ;; esac
}
last=
for file in "$spool"/[0-9]*-*.json; do last=\${file##*/}; done
number "$last"
highest=$number
floor=0
[ ! -f "$here/answers/floor" ] || read -r floor <"$here/answers/floor"
number "$floor"
[ "$number" -le "$highest" ] || highest=$number
name=$(printf '%010d-%d' $((highest + 1)) $$)
mv "$temporary" "$spool/$name.json" || exit 0

tries=100
while [ -n "\${2:-}" ] && [ ! -e "$spool/tmp/$2" ] && [ "$tries" -gt 0 ]; do
  sleep 0.1 || sleep 1 || exit 0
  tries=$((tries - 1))
done

limit=$((\${1:-0} * 10))
[ "$limit" -gt 0 ] || exit 0
answer=$here/answers/$name.json
late=$spool/tmp/late-$name
waited=0
while [ ! -f "$answer" ]; do
  kill -0 "$PPID" 2>/dev/null || exit 0
  if [ "$waited" -ge "$limit" ]; then
    # The mark first, then a last look: whoever answers looks for the mark afterwards.
    : >"$late"
    [ -f "$answer" ] || exit 0
    rm -f "$late"
    break
  fi
  if [ "$waited" -lt 20 ]; then nap=1; elif [ "$waited" -lt 300 ]; then nap=5; else nap=20; fi
  sleep "$((nap / 10)).$((nap % 10))" || sleep 1 || exit 0
  waited=$((waited + nap))
done
cat "$answer"
`;

/** Keeps the latest figures that the agent gives on standard input. */
export const statusScript = `#!/bin/sh
umask 077
spool=\${0%/*}/spool
temporary=$spool/tmp/status-$$
cat >"$temporary" && mv "$temporary" "$spool/status.json"
`;
