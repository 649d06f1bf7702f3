import type { Attack } from "./attack.ts";

const nothing = "true";
const behind = { isBehindWall: true, careless: nothing } as const;

/** What one task can do to another. In a plain worktree most need no bot at all: the repository is shared. */
export const neighbours: readonly Attack[] = [
  {
    name: "another task's branch moved",
    plant: "git update-ref refs/heads/idle HEAD",
    careless: nothing,
  },
  {
    name: "main moved, in the packed refs",
    plant:
      'git pack-refs --all; sed -i "s/^[0-9a-f]* \\(refs\\/heads\\/main\\)$/$(git rev-parse HEAD) \\1/" "$REPO/packed-refs"; git update-ref refs/heads/main HEAD',
    careless: nothing,
  },
  {
    name: "the stash of another task taken",
    plant: "echo stolen > work.txt; git stash -q",
    careless: 'git -C "$OTHER" stash pop -q',
    harmed: 'git -C "$OTHER" stash list | grep -q . || test -e "$OTHER/work.txt"',
  },
  {
    name: "new files of other tasks hidden",
    plant: 'mkdir -p "$REPO/info"; echo "*" >> "$REPO/info/exclude"',
    careless: nothing,
    harmed: 'echo x > "$OTHER/new.txt"; ! git -C "$OTHER" status --porcelain | grep -q new.txt',
  },
  {
    name: "another name for all who commit",
    plant: "conf user.name Evil; conf user.email evil@example.com; conf author.name Evil",
    careless: nothing,
    harmed: 'git -C "$OTHER" config user.name | grep -q Evil',
  },
  {
    name: "settings that no git can read",
    plant: "echo '[' >> \"$REPO/config\"",
    careless: nothing,
    harmed: '! git -C "$OTHER" status',
  },
  {
    name: "settings of a format yet to come",
    plant: "conf core.repositoryFormatVersion 99",
    careless: nothing,
    harmed: '! git -C "$OTHER" status',
  },
  {
    name: "locks left in the repository",
    plant: 'touch "$REPO/packed-refs.lock" "$REPO/config.lock"',
    careless: nothing,
    harmed: '! { git -C "$OTHER" branch -q new && git -C "$OTHER" branch -q -D new; }',
  },
  {
    name: "a broken ref",
    plant: 'mkdir -p "$REPO/refs/heads"; echo nonsense > "$REPO/refs/heads/broken"',
    careless: nothing,
    harmed: '! git -C "$OTHER" rev-list --count --all',
  },
  {
    name: "a ref to an object that nobody has",
    plant: 'mkdir -p "$REPO/refs/heads"; echo 1234567890123456789012345678901234567890 > "$REPO/refs/heads/broken"',
    careless: nothing,
    harmed: '! git -C "$OTHER" rev-list --count --all',
  },
  {
    name: "a ref that stands in the way of branches",
    plant: "git update-ref refs/heads/coppice HEAD || git update-ref refs/heads/coppice/in/the/way HEAD",
    careless: nothing,
    harmed:
      '! { git -C "$OTHER" update-ref refs/heads/coppice/next HEAD && git -C "$OTHER" update-ref -d refs/heads/coppice/next; }',
  },
  {
    name: "all objects deleted",
    plant: 'rm -rf "$SHARED/objects"/?? "$SHARED/objects/pack"',
    ...behind,
    harmed: '! git -C "$OTHER" rev-list --objects --count HEAD',
  },
  {
    name: "an object with other content under its name",
    plant: `name=$(git rev-parse HEAD:README.md); at="$SHARED/objects/$(echo $name | cut -c1-2)/$(echo $name | cut -c3-)"
      evil=$(put Evil); rm -f "$at"; mkdir -p "$(dirname "$at")"; cp "$REPO/objects/$(echo $evil | cut -c1-2)/$(echo $evil | cut -c3-)" "$at"`,
    ...behind,
    harmed: 'rm "$OTHER/README.md"; git -C "$OTHER" checkout -q -- README.md; grep -q Evil "$OTHER/README.md"',
  },
  {
    name: "another task forgotten",
    plant: 'rm -rf "$SHARED/worktrees/other" "$OTHER/../../workshop.git/worktrees" "$(dirname "$OTHER")/other/.git"',
    ...behind,
    harmed: '! git -C "$OTHER" rev-parse HEAD',
  },
  {
    name: "another task's head on our commit",
    plant: 'for at in "$SHARED/worktrees/other" "$OTHERADMIN"; do git rev-parse HEAD > "$at/HEAD" || true; done',
    ...behind,
    harmed: 'git -C "$OTHER" log -1 --format=%s | grep -q Work',
  },
  {
    name: "another task's files",
    plant: 'echo Evil > "$OTHER/README.md"',
    ...behind,
    harmed: 'grep -q Evil "$OTHER/README.md"',
  },
  {
    name: "another task's pointer",
    plant: 'evil_repository hidden; echo "gitdir: $TREE/hidden/.git" > "$OTHER/.git"',
    isBehindWall: true,
    careless: 'git -C "$OTHER" status',
    harmed: 'grep -q hidden "$OTHER/.git"',
  },
  {
    name: "the gate's hooks and settings",
    plant:
      'mkdir -p "$SHARED/hooks"; runs "$SHARED/hooks/reference-transaction"; git config --file "$SHARED/config" core.hooksPath hooks; test -e "$SHARED/HEAD"',
    isBehindWall: true,
    careless: "git -C ../clone update-ref refs/heads/new HEAD",
    harmed: 'test -e "$SHARED/hooks/reference-transaction"',
  },
  {
    name: "the worktree's folder, a link to another task's",
    plant: 'rm -rf "$ADMIN"; ln -s "$OTHERADMIN" "$ADMIN"',
    careless: "git commit -q --allow-empty -m Evil",
    harmed: 'git -C "$OTHER" log -1 --format=%s | grep -q Evil',
  },
];
