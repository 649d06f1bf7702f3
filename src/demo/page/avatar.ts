import type { User } from "../github/world/model.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";

/** A letter on a colour of its own; an App is square, as on GitHub. */
export function avatar(user: User, size = 20): Html {
  if (user.type === "Bot")
    return html`<span class="avatar bot s${size}">${icon("leaf", Math.round(size * 0.7))}</span>`;
  const letter = user.login.charAt(0).toUpperCase();
  return html`<svg class="avatar s${size}" width="${size}" height="${size}" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="10" fill="hsl(${hueOf(user.login)} 45% 42%)"/><text x="10" y="14.2" text-anchor="middle" font-size="11.5" font-weight="600" fill="#fff">${letter}</text></svg>`;
}

function hueOf(login: string): number {
  let hue = 0;
  for (const sign of login) hue = (hue * 31 + (sign.codePointAt(0) ?? 0)) % 360;
  return hue;
}

export function person(user: User): Html {
  const login = user.login.replace(/\[bot\]$/, "");
  return user.type === "Bot"
    ? html`<span class="who">${login}</span> <span class="pill">bot</span>`
    : html`<a class="who" href="/${login}">${login}</a>`;
}
