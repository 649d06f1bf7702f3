/** What GitHub asks of every client: to say which version of the API it speaks, and who it is. */
export function checkHeaders(what: string, header: (name: string) => string | null | undefined): readonly string[] {
  const complaints: string[] = [];
  const version = header("x-github-api-version") ?? "missing";
  if (version !== "2022-11-28") complaints.push(`${what}: header X-GitHub-Api-Version is ${version}, not 2022-11-28`);
  if ((header("user-agent") ?? "") === "") complaints.push(`${what}: header User-Agent is missing`);
  return complaints;
}
