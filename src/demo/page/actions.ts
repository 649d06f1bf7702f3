import type { Context, Hono } from "hono";
import type { Github } from "../github/start.ts";
import type { Person, ReviewText } from "../github/people.ts";
import { findStore } from "../github/world/world.ts";
import { acting, backTo } from "./acting.ts";
import { message, page, type PageOptions } from "./layout.ts";

interface Act {
  readonly person: Person;
  /** `owner/name` */
  readonly repository: string;
  readonly number: number;
  /** A field of the form; empty when it is not there. */
  readonly field: (name: string) => string;
}

/** Does it, and says where to go then; undefined is back to the form's page. */
type Do = (act: Act) => Promise<string | undefined>;

/** The forms of the pages, each as the call that people make. */
export function mountActions(app: Hono, github: Github, options: PageOptions): void {
  const on = (path: string, perform: Do): void => {
    app.post(path, async (c) => {
      const me = acting(c, github, options.actsAs);
      try {
        const to = await perform(await actOf(c, github, me.login));
        return c.redirect(to ?? backTo(c), 303);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return c.html(page(github, me, "Refused", message("GitHub would refuse this", error.message)), 422);
      }
    });
  };
  const repository = "/:owner/:name";
  on(`${repository}/issues`, async ({ person, repository: name, field }) => {
    const number = await person.openIssue(name, { title: field("title"), body: field("body") });
    return `/${name}/issues/${number}`;
  });
  on(`${repository}/:kind{issues|pull}/:number{\\d+}/label`, changeLabel);
  on(`${repository}/:kind{issues|pull}/:number{\\d+}/comment`, comment(github));
  on(`${repository}/pull/:number{\\d+}/state`, changeState(github));
  on(`${repository}/pull/:number{\\d+}/review`, review);
  on(`${repository}/pull/:number{\\d+}/remark`, remark);
  on(`${repository}/pull/:number{\\d+}/reply`, async ({ person, repository: name, number, field }) => {
    await person.reply(name, number, Number(field("to")), field("body"));
    return undefined;
  });
}

async function actOf(c: Context, github: Github, login: string): Promise<Act> {
  const { owner = "", name = "", number = "" } = c.req.param() as Record<string, string | undefined>;
  const form = await c.req.parseBody();
  const field = (wanted: string): string => {
    const value = form[wanted];
    return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
  };
  return { person: github.as(login), repository: `${owner}/${name}`, number: Number(number), field };
}

/** What a person's call is refused with; anything else is a mistake of ours. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && / may not /.test(error.message);
}

async function changeLabel({ person, repository, number, field }: Act): Promise<undefined> {
  if (field("add") !== "") await person.label(repository, number, field("add"));
  if (field("remove") !== "") await person.unlabel(repository, number, field("remove"));
}

function comment(github: Github): Do {
  return async ({ person, repository, number, field }) => {
    const isPull = storeOf(github, repository).pulls.has(number);
    if (field("body").trim() !== "") await person.comment(repository, number, field("body"));
    if (field("then") === "close") await (isPull ? person.closePull : person.closeIssue)(repository, number);
    if (field("then") === "reopen") await (isPull ? person.reopenPull : person.reopen)(repository, number);
    return undefined;
  };
}

function changeState(github: Github): Do {
  return async ({ person, repository, number, field }) => {
    const wish = field("do");
    if (wish === "merge") await person.merge(repository, number, field("method") === "squash" ? "squash" : "merge");
    if (wish === "ready") person.markReady(repository, number);
    const branch = storeOf(github, repository).pulls.get(number)?.head.branch;
    if (wish === "delete-branch" && branch !== undefined) await person.deleteBranch(repository, branch);
    return undefined;
  };
}

function storeOf(github: Github, repository: string) {
  const [owner = "", name = ""] = repository.split("/");
  return findStore(github.world, owner, name);
}

async function review({ person, repository, number, field }: Act): Promise<string> {
  await person.review(repository, number, { event: verdictIn(field("verdict")), body: field("body") });
  return `/${repository}/pull/${number}`;
}

function verdictIn(text: string): NonNullable<ReviewText["event"]> {
  return text === "APPROVE" || text === "REQUEST_CHANGES" ? text : "COMMENT";
}

/** A remark on one line: `path:R12`. */
async function remark({ person, repository, number, field }: Act): Promise<string> {
  const [, path = "", letter = "R", line = "0"] = /^(.*):([RL])(\d+)$/.exec(field("at")) ?? [];
  const side = letter === "L" ? "LEFT" : "RIGHT";
  const comments = [{ path, line: Number(line), side, body: field("body") }] as const;
  await person.review(repository, number, { event: "COMMENT", comments });
  return `/${repository}/pull/${number}/files`;
}
