import type { Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Github } from "../github/start.ts";
import type { User } from "../github/world/model.ts";

/** Instead of a sign-in there is a choice of people, kept by the browser. */
const cookie = "acts-as";

export function acting(c: Context, github: Github, otherwise: string): User {
  const chosen = getCookie(c, cookie);
  return peopleOf(github).find(({ login }) => login === chosen) ?? github.addUser(otherwise);
}

const peopleOf = ({ world }: Github): User[] => [...world.users.values()].filter(({ type }) => type === "User");

export function mountActing(app: Hono, github: Github): void {
  app.post("/-/act-as", async (c) => {
    const { login } = await c.req.parseBody();
    const person = peopleOf(github).find((user) => user.login === login);
    if (person !== undefined) setCookie(c, cookie, person.login, { httpOnly: true, sameSite: "Strict", path: "/" });
    return c.redirect(backTo(c), 303);
  });
}

/** The page that a form was on; only ever one of ours. */
export function backTo(c: Context): string {
  const from = c.req.header("referer");
  if (from === undefined || !URL.canParse(from)) return "/";
  const { pathname, search, host } = new URL(from);
  return host === c.req.header("host") ? `${pathname}${search}` : "/";
}
