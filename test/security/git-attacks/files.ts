import type { Attack } from "./attack.ts";

/** Links in place of files that git writes. */
const links: readonly Attack[] = [
  {
    name: "a log of the head that leads elsewhere",
    plant: 'mkdir -p "$ADMIN/logs"; ln -sf "$PRECIOUS" "$ADMIN/logs/HEAD"',
    careless: "git commit -q --allow-empty -m x",
  },
  {
    name: "a log of the branch that leads elsewhere",
    plant: 'f="$REPO/logs/refs/heads/$BRANCH"; mkdir -p "$(dirname "$f")"; ln -sf "$PRECIOUS" "$f"',
    careless: "git commit -q --allow-empty -m x",
  },
  {
    name: "a message that leads elsewhere",
    plant: 'ln -sf "$PRECIOUS" "$ADMIN/COMMIT_EDITMSG"',
    careless: "git commit -q --allow-empty -m x",
  },
  {
    name: "a list of what was fetched that leads elsewhere",
    plant: 'ln -sf "$PRECIOUS" "$ADMIN/FETCH_HEAD"; ln -sf "$PRECIOUS" "$REPO/FETCH_HEAD"',
    careless: "git fetch -q origin",
  },
  {
    name: "an index that leads elsewhere",
    plant: 'rm -f "$ADMIN/index"; ln -s "$PRECIOUS" "$ADMIN/index"; : > /dev/null',
    careless: "git read-tree HEAD; git read-tree --empty",
  },
  {
    name: "settings that lead elsewhere",
    plant: 'rm -f "$REPO/config"; ln -s "$PRECIOUS" "$REPO/config"',
    careless: "git config user.name Bot",
  },
  {
    name: "a file to exclude that leads elsewhere",
    plant: 'mkdir -p "$REPO/info"; ln -sf "$PRECIOUS" "$REPO/info/exclude"',
    careless: 'echo "*.log" >> "$(git rev-parse --git-path info/exclude)"',
  },
  {
    name: "a folder of the tree that leads elsewhere",
    plant: 'rm -rf src; ln -s "$(dirname "$PRECIOUS")" src',
    careless: "git checkout -q -f HEAD",
    isResisted: true,
  },
  {
    name: "another tree by core.worktree",
    plant: 'conf core.worktree "$(dirname "$PRECIOUS")"; conf core.bare false',
    careless: "git checkout -q -f HEAD",
    isResisted: true,
  },
];

const status = "git status";

/** Pipes without a writer in place of files that git reads. */
const pipes: readonly Attack[] = [
  { name: "a head that is a pipe", plant: 'rm "$ADMIN/HEAD"; mkfifo "$ADMIN/HEAD"', careless: status, stalls: true },
  {
    name: "an index that is a pipe",
    plant: 'rm -f "$ADMIN/index"; mkfifo "$ADMIN/index"',
    careless: status,
    stalls: true,
  },
  {
    name: "settings that are a pipe",
    plant: 'rm "$REPO/config"; mkfifo "$REPO/config"',
    careless: status,
    stalls: true,
  },
  {
    name: "a common folder that is a pipe",
    plant: 'rm "$ADMIN/commondir"; mkfifo "$ADMIN/commondir"',
    careless: status,
    stalls: true,
  },
  {
    name: "packed refs that are a pipe",
    plant: 'rm -f "$REPO/packed-refs"; mkfifo "$REPO/packed-refs"',
    careless: "git for-each-ref",
    stalls: true,
  },
  {
    name: "a branch that is a pipe",
    plant: 'mkdir -p "$REPO/refs/heads"; mkfifo "$REPO/refs/heads/pipe"',
    careless: "git for-each-ref",
    stalls: true,
  },
  {
    name: "an object that is a pipe",
    plant:
      'git gc -q --prune=now 2>/dev/null; a=$(put pipe); become "$(with 100644 blob $a pipe)"; f="$REPO/objects/$(echo $a | cut -c1-2)/$(echo $a | cut -c3-)"; rm -f "$f"; mkfifo "$f"',
    careless: "git log -p -1",
    stalls: true,
  },
  {
    name: "a .gitignore that is a pipe",
    plant: "mkdir new; touch new/x; mkfifo new/.gitignore",
    careless: status,
    stalls: true,
  },
  {
    name: "a .gitattributes that is a pipe",
    plant: "mkdir new; echo x > new/x; git add -N new/x; mkfifo new/.gitattributes",
    careless: "git add new/x",
    stalls: true,
  },
  {
    name: "attributes that are a pipe",
    plant:
      'mkdir -p "$REPO/info"; rm -f "$REPO/info/attributes"; mkfifo "$REPO/info/attributes"; echo more >> work.txt',
    careless: "git add -A",
    stalls: true,
  },
  {
    name: "alternates that are a pipe",
    plant:
      'mkdir -p "$REPO/objects/info"; rm -f "$REPO/objects/info/alternates"; mkfifo "$REPO/objects/info/alternates"',
    careless: "git cat-file -e 1234567890123456789012345678901234567890",
    stalls: true,
  },
  {
    name: "a monitor that never answers",
    plant: 'printf "#!/bin/sh\\nsleep 60\\n" > "$REPO/slow"; chmod +x "$REPO/slow"; conf core.fsmonitor "$REPO/slow"',
    careless: status,
    stalls: true,
  },
];

export const files: readonly Attack[] = [...links, ...pipes];
