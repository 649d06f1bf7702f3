/**
 * One way to make git do somebody else's work. Both scripts are bash. They see, for a plain worktree and for a workspace of Coppice's alike:
 * `TREE` (where they run), `ADMIN` (the worktree's own folder), `REPO` (the repository's), `SHARED` (what all worktrees borrow from), `OTHER` (another
 * task's tree), `BRANCH`, and of the attacker: `EVIL` (a program that leaves a mark), `UPSTREAM` (what stands at "GitHub"), `ELSEWHERE` (a repository to steal into), `FOREIGN` (another
 * private repository, with the object `SECRET`), `PRECIOUS` (a file that is none of the task's), `LOOT` (where a token may land), `TRAP` (a web server; `WHO` in
 * an address tells it whose attack it is).
 */
export interface Attack {
  readonly name: string;
  /** What the agent leaves behind. It may write wherever its user may, pointers and settings too, as if no wall had been there. */
  readonly plant: string;
  /** What a bot with plain git in a plain worktree would then do, holding `TOKEN`. */
  readonly careless: string;
  /** The harm is that the branch gets to GitHub at all. */
  readonly isBadContent?: true;
  /** Exits 0 when harm was done that is not seen by the marks which are looked at after every attack. */
  readonly harmed?: string;
  /** It aims at what all tasks share, which only the wall can protect: planted from behind it. */
  readonly isBehindWall?: true;
  /** The harm is that git never ends. */
  readonly stalls?: true;
  /** Plain git of the version tried resists, or only newer ones don't: tried on Coppice all the same, but not counted. */
  readonly isResisted?: true;
}

/** Words for the scripts. */
export const prelude = `
hook() { mkdir -p "$REPO/hooks"; runs "$REPO/hooks/$1"; }
runs() { printf '#!/bin/sh\\nexec "%s" "$@" </dev/null\\n' "$EVIL" > "$1"; chmod +x "$1"; }
conf() { git config --file "$REPO/config" --add "$1" "$2"; }
put() { printf '%s' "$1" | git hash-object -w --stdin; }
become() { git update-ref "\${2:-HEAD}" "$(git commit-tree "$1" -p HEAD -m Work)"; }
with() { { git ls-tree HEAD; printf '%s %s %s\\t%s\\n' "$@"; } | git mktree --missing; }
bytes() { printf "$1"; for half in $(echo "$2" | sed 's/../& /g'); do printf "\\\\x$half"; done; }
raw() { { for entry in "$@"; do bytes "\${entry% *}\\0" "\${entry##* }"; done; } | git hash-object -t tree -w --stdin --literally; }
evil_repository() { git init -q "$1"; git -C "$1" commit -q --allow-empty -m Inner; git -C "$1" config core.fsmonitor "$EVIL"; }
link() { git update-index --add --cacheinfo "160000,$(git --git-dir "$1/.git" rev-parse HEAD),$1"; }
branch_file() { echo "$REPO/refs/heads/$BRANCH"; }
`;

/** A program of the attacker's: tells where and with what it ran, and lets through what it is given. */
export const evil = `#!/bin/sh
tell() { echo "ran as $0 $*"; env; cat /proc/$PPID/environ; }
(tell "$@" >> "$(dirname "$0")/it-ran") 2>/dev/null
(tell "$@" >> "MARK") 2>/dev/null
[ -t 0 ] || timeout 1 cat
exit 0
`;
