/**
 * What is wrong with a commit's message: a word by which GitHub would close another issue than the task's own once the commit is merged, or by
 * which it would run no checks. Undefined: nothing. GitHub's words: docs.github.com, "Linking a pull request to an issue" and "Skipping workflow runs".
 * @param mayClose the number of the task's issue; without it no number is looked at.
 */
export function judgeMessage(message: string, mayClose: number | undefined): string | undefined {
  if (skipping.test(message)) return "tells CI to run no checks; leave that out";
  if (mayClose === undefined) return undefined;
  for (const [, repository, number, linked] of message.matchAll(closing)) {
    if (repository !== undefined || Number(number ?? linked) !== mayClose)
      return `would close an issue other than #${mayClose}; write of it in other words`;
  }
  return undefined;
}

const skipping =
  /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|\*\*\*NO_CI\*\*\*|^skip-checks:[ \t]{0,20}true[ \t]*$/im;

const closing =
  /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?::\s{0,20}|\s{1,20})(?:([\w.-]{1,100}\/[\w.-]{1,100})?#(\d{1,10})|https?:\/\/[^\s#?]{1,250}\/issues\/(\d{1,10}))/gi;
