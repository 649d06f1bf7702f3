/**
 * Whether a path is meant by a glob: `*` is anything within a name, `**` anything at all, hidden names and line ends included (Node's own
 * matchesGlob passes over hidden names, which is where the paths worth protecting are). A glob also means all that lies beneath it.
 * Small and capital letters count as the same, since they are on some machines.
 */
export function matchesPath(path: string, glob: string): boolean {
  return patternOf(glob).test(path);
}

function patternOf(glob: string): RegExp {
  const parts = glob.replace(/^\/|\/$/g, "").match(/\*\*\/|\*\*|\*|\?|[^*?]+/g) ?? [];
  return new RegExp(
    `^${parts.map((part) => signs.get(part) ?? part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("")}(?:/.*)?$`,
    "isu",
  );
}

const signs = new Map([
  ["**/", "(?:.*/)?"],
  ["**", ".*"],
  ["*", "[^/]*"],
  ["?", "[^/]"],
]);
