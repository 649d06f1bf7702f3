import type { Attack } from "./attack.ts";

const careless = 'git push -q "$ORIGIN" "HEAD:refs/heads/$BRANCH"';
const bad = { careless, isBadContent: true } as const;
const ignoring = (listing: string) => `${listing} | grep -q workflows || ${careless}`;
const workflow =
  'mkdir -p .github/workflows; echo "on: push" > .github/workflows/x.yml; git add -A; git commit -qm Workflow';
const and = "; git add -A; git commit -qm x";

/** Commits that must not reach GitHub. */
export const contents: readonly Attack[] = [
  {
    name: "an object of another private repository, borrowed",
    plant:
      'mkdir -p "$REPO/objects/info"; echo "$FOREIGN/objects" >> "$REPO/objects/info/alternates"; become "$(with 100644 blob $SECRET s)"',
    ...bad,
  },
  {
    name: "an object of another private repository, by a link",
    plant:
      'd=$(echo $SECRET | cut -c1-2); f=$(echo $SECRET | cut -c3-); mkdir -p "$REPO/objects/$d"; ln -s "$FOREIGN/objects/$d/$f" "$REPO/objects/$d/$f"; become "$(with 100644 blob $SECRET s)"',
    ...bad,
  },
  {
    name: "a folder of another private repository's objects, by a link",
    plant:
      'd=$(echo $SECRET | cut -c1-2); tree=$(with 100644 blob $SECRET s); rm -rf "$REPO/objects/$d"; ln -s "$FOREIGN/objects/$d" "$REPO/objects/$d"; become "$tree"',
    ...bad,
  },
  {
    name: "a commit hidden by a replace ref",
    plant: `clean=$(git rev-parse HEAD); ${workflow}; git replace HEAD "$clean"`,
    careless: ignoring("git diff --name-only origin/main HEAD"),
    isBadContent: true,
  },
  {
    name: "a commit hidden by a graft",
    plant: `${workflow}; git rm -rq .github; git commit -qm Without; mkdir -p "$REPO/info"; echo "$(git rev-parse HEAD) $(git rev-parse HEAD~2)" > "$REPO/info/grafts"`,
    careless: ignoring("git log --format= --name-only origin/main..HEAD"),
    harmed: 'git --git-dir "$UPSTREAM" log --all --format= --name-only | grep -q workflows',
    isResisted: true,
  },
  {
    name: "a commit hidden by a moved base",
    plant: `${workflow}; git update-ref refs/remotes/origin/main HEAD; echo x > x${and}`,
    careless: ignoring("git diff --name-only origin/main HEAD"),
    isBadContent: true,
  },
  {
    name: "a diff that shows nothing",
    plant: `evil_repository inner; link inner; git commit -qm Inner; conf diff.ignoreSubmodules all`,
    careless: `git diff --name-only origin/main HEAD | grep -q inner || ${careless}`,
    isBadContent: true,
  },
  { name: "a workflow", plant: workflow, ...bad },
  {
    name: "a workflow in other letters",
    plant: `mkdir -p .GitHub/Workflows; echo x > .GitHub/Workflows/x.yml${and}`,
    ...bad,
  },
  {
    name: "a workflow in a commit that is taken back",
    plant: `${workflow}; git rm -rq .github; git commit -qm Without`,
    ...bad,
  },
  { name: "a submodule", plant: "evil_repository inner; link inner; git commit -qm Inner", ...bad },
  {
    name: "a .gitmodules with an option for an address",
    plant: `printf '[submodule "x"]\\n\\tpath = x\\n\\turl = -u./x\\n' > .gitmodules${and}`,
    ...bad,
  },
  { name: "a link out of the tree", plant: `ln -s ../../../../etc/passwd link${and}`, ...bad },
  { name: "a link to an absolute path", plant: `ln -s /proc/self/environ link${and}`, ...bad },
  { name: "a .git folder in the tree", plant: 'become "$(raw "40000 .git $(git rev-parse HEAD^{tree})")"', ...bad },
  { name: "a .GIT folder", plant: 'become "$(with 040000 tree $(git rev-parse HEAD^{tree}) .GIT)"', ...bad },
  { name: "a git~1 folder", plant: 'become "$(with 040000 tree $(git rev-parse HEAD^{tree}) git~1)"', ...bad },
  {
    name: "a .git folder with an invisible letter",
    plant: "become \"$(with 040000 tree $(git rev-parse HEAD^{tree}) $'.g\\u200cit')\"",
    ...bad,
  },
  {
    name: "a .git folder with a stream's name",
    plant: "become \"$(with 040000 tree $(git rev-parse HEAD^{tree}) '.git::$INDEX_ALLOCATION')\"",
    ...bad,
  },
  { name: "a folder named ..", plant: 'become "$(raw "40000 .. $(git rev-parse HEAD^{tree})")"', ...bad },
  { name: "a name with a slash", plant: 'become "$(raw "100644 ../x $(put x)")"', ...bad },
  { name: "a name that is there twice", plant: 'become "$(raw "100644 x $(put a)" "100644 x $(put b)")"', ...bad },
  { name: "a mode that is none", plant: 'become "$(raw "100666 x $(put a)")"', ...bad },
  { name: "a name that turns its direction", plant: "echo x > $'gpj.\\u202esh'; git add -A; git commit -qm x", ...bad },
  { name: "a name with an escape sequence", plant: "echo x > $'a\\e[2Jb'; git add -A; git commit -qm x", ...bad },
  { name: "a file of 11 MB", plant: `head -c 11534336 /dev/zero > big${and}`, ...bad },
  {
    name: "a file of 11 MB in a commit that is taken back",
    plant: `head -c 11534336 /dev/zero > big${and}; git rm -q big; git commit -qm Without`,
    ...bad,
  },
  {
    name: "10^10 names out of eleven objects",
    plant: `one=$(put x); row() { for at in 0 1 2 3 4 5 6 7 8 9; do printf '%s %s %s\\t%s\\n' $1 $2 $3 f$at; done; }; tree=$(row 100644 blob $one | git mktree)
      for depth in 1 2 3 4 5 6 7 8 9; do tree=$(row 040000 tree $tree | git mktree); done; become $tree`,
    ...bad,
  },
  {
    name: "600 commits",
    plant: `{ echo 'reset refs/heads/many'; echo "from $(git rev-parse HEAD)"; for at in $(seq 600); do printf 'commit refs/heads/many\\ncommitter A <a@b> %s +0000\\ndata 1\\nx\\n' "$at"; done; } | git fast-import --quiet --force && git update-ref HEAD refs/heads/many`,
    ...bad,
  },
  { name: "a history of its own", plant: 'git update-ref HEAD "$(git commit-tree HEAD^{tree} -m Orphan)"', ...bad },
  {
    name: "a path of 500 letters",
    plant: 'd=$(printf "%0120d" 0); mkdir -p $d/$d/$d/$d; echo x > $d/$d/$d/$d/x; git add -A; git commit -qm x',
    ...bad,
  },
  { name: "a message that stops checks", plant: 'git commit -q --allow-empty -m "Work [skip ci]"', ...bad },
  { name: "a message that closes another issue", plant: 'git commit -q --allow-empty -m "Fixes #1"', ...bad },
  {
    name: "a key in a file",
    plant: `echo "AKIA""Q3EGRTUYIOPLKJHG" > key; { echo "-----BEGIN RSA PRIVATE"" KEY-----"; head -c 600 /dev/urandom | base64; echo "-----END RSA PRIVATE"" KEY-----"; } > id_rsa${and}`,
    ...bad,
  },
];
