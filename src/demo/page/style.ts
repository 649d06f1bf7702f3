/** The one stylesheet of the pages: light and dark by the reader's choice, down to the width of a telephone. */
export const style = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #0d1117);
  --soft: light-dark(#f6f8fa, #151b23);
  --bar: light-dark(#f6f8fa, #010409);
  --ink: light-dark(#1f2328, #e6edf3);
  --muted: light-dark(#59636e, #9198a1);
  --line: light-dark(#d1d9e0, #3d444d);
  --faint: light-dark(#d1d9e0b3, #3d444db3);
  --link: light-dark(#0969da, #4493f8);
  --green: light-dark(#1a7f37, #3fb950);
  --green-fill: light-dark(#1f883d, #238636);
  --red: light-dark(#d1242f, #f85149);
  --red-fill: light-dark(#cf222e, #b62324);
  --purple: light-dark(#8250df, #ab7df8);
  --purple-fill: light-dark(#8250df, #8957e5);
  --amber: light-dark(#9a6700, #d29922);
  --gray-fill: light-dark(#59636e, #656c76);
  --added: light-dark(#dafbe1, #12261e);
  --added-number: light-dark(#aceebb, #1b4627);
  --gone: light-dark(#ffebe9, #25171c);
  --gone-number: light-dark(#ffcecb, #54232a);
  --hunk: light-dark(#ddf4ff, #121d2f);
  --fresh: light-dark(#fff8c5, #2b2412);
  --mono: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"; }
a { color: inherit; text-decoration: none; }
a:hover { color: var(--link); text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
h1, h2, h3, p, ul, table { margin: 0; }
ul { padding: 0; list-style: none; }
small { font-size: 12px; }
code, pre, .code { font-family: var(--mono); font-size: 12px; }
.icon { vertical-align: -3px; flex: none; }
.muted { color: var(--muted); }
.green { color: var(--green); } .red { color: var(--red); } .purple { color: var(--purple); } .amber { color: var(--amber); } .gray { color: var(--muted); }
.end { margin-left: auto; }
.hidden, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { position: absolute; z-index: 9; padding: 8px 16px; background: var(--page); }

/* The bar on top */
.bar { display: flex; align-items: center; gap: 16px; padding: 12px 24px; background: var(--bar); border-bottom: 1px solid transparent; }
.home { display: flex; align-items: center; gap: 8px; font-size: 16px; }
.home .icon { color: var(--green); }
.home:hover { color: inherit; text-decoration: none; }
.act-as { margin-left: auto; }
.act-as > summary { display: flex; align-items: center; gap: 8px; padding: 4px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--page); }
.pill { display: inline-block; padding: 0 7px; border: 1px solid var(--line); border-radius: 2em; color: var(--muted); font-size: 12px; font-weight: 500; line-height: 18px; white-space: nowrap; }
.avatar { border-radius: 50%; vertical-align: middle; flex: none; }
.avatar.bot { display: inline-grid; place-items: center; border-radius: 22%; background: #1f883d; color: #fff; }
.s20 { width: 20px; height: 20px; } .s24 { width: 24px; height: 24px; } .s40 { width: 40px; height: 40px; }
.who { font-weight: 600; }

/* Menus that open without a script */
.menu { position: relative; }
.menu > summary { cursor: pointer; list-style: none; user-select: none; }
.menu > summary::-webkit-details-marker { display: none; }
.popover { position: absolute; z-index: 5; top: calc(100% + 6px); right: 0; width: max-content; min-width: 280px; max-width: min(360px, 92vw); padding: 8px; border: 1px solid var(--line); border-radius: 12px; background: var(--page); box-shadow: 0 8px 24px #0003; }
.popover > p { padding: 4px 8px 8px; color: var(--muted); font-size: 12px; }
.act-as .popover button, .picker .popover button { display: flex; gap: 8px; align-items: flex-start; width: 100%; padding: 8px; border: 0; border-radius: 6px; background: none; color: inherit; font: inherit; text-align: left; white-space: normal; cursor: pointer; }
.popover button small { color: var(--muted); }
.act-as .popover button:hover, .picker .popover button:hover { background: var(--soft); }
.act-as .popover button[aria-current] { background: var(--soft); }
.tick { width: 16px; flex: none; }

/* Repository */
.repository { padding: 4px 24px 0; background: var(--bar); border-bottom: 1px solid var(--line); }
.repository h1 { font-size: 20px; font-weight: 400; line-height: 28px; }
.repository h1 .icon, .repository h1 span:not(.pill) { color: var(--muted); }
.repository h1 a { color: var(--link); }
.repository .pill { vertical-align: 2px; }
nav { display: flex; gap: 8px; align-items: center; overflow-x: auto; }
.repository nav { margin-top: 10px; }
nav a { display: flex; gap: 8px; align-items: center; padding: 8px 10px; border-bottom: 2px solid transparent; white-space: nowrap; }
nav a .icon { color: var(--muted); }
nav a:hover { color: inherit; text-decoration: none; background: color-mix(in srgb, var(--line) 35%, transparent); border-radius: 6px 6px 0 0; }
nav a[aria-current] { font-weight: 600; border-bottom-color: #fd8c73; }
.count { padding: 0 6px; border-radius: 2em; background: var(--faint); font-size: 12px; font-weight: 500; line-height: 18px; }
main { max-width: 1216px; margin: 0 auto; padding: 24px; }
footer { max-width: 1216px; margin: 24px auto 0; padding: 24px; border-top: 1px solid var(--line); color: var(--muted); font-size: 12px; }

/* Buttons and fields */
button, .button, select { display: inline-flex; align-items: center; gap: 8px; padding: 5px 16px; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); color: var(--ink); font: inherit; font-weight: 500; line-height: 20px; white-space: nowrap; cursor: pointer; }
select { padding: 5px 8px; font-weight: 400; }
button:hover, .button:hover { background: color-mix(in srgb, var(--line) 40%, var(--soft)); color: inherit; text-decoration: none; }
.primary { border-color: #1f232826; background: var(--green-fill); color: #fff; }
.primary:hover { background: color-mix(in srgb, #000 12%, var(--green-fill)); color: #fff; }
input:not([type]), textarea { width: 100%; padding: 6px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--page); color: inherit; font: inherit; }
textarea { resize: vertical; min-height: 80px; }
.writing { display: flex; flex-direction: column; gap: 8px; padding: 12px; }
.writing > label { font-weight: 600; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; justify-content: flex-end; }
.choice { display: flex; gap: 8px; font-weight: 400 !important; }
.choice small { color: var(--muted); }

/* Headline of an issue or a list */
.headline { display: flex; align-items: flex-start; gap: 16px; }
.headline h2 { flex: 1; font-size: 28px; font-weight: 400; line-height: 1.25; overflow-wrap: anywhere; }
.summary { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px; margin: 10px 0 16px; padding-bottom: 16px; border-bottom: 1px solid var(--line); }
.state { display: inline-flex; align-items: center; gap: 6px; margin-right: 4px; padding: 5px 12px; border-radius: 2em; color: #fff; font-weight: 500; line-height: 20px; }
.state.open { background: var(--green-fill); } .state.merged { background: var(--purple-fill); } .state.closed { background: var(--red-fill); } .state.draft { background: var(--gray-fill); }
.ref { padding: 2px 6px; border-radius: 6px; background: var(--hunk); color: var(--link); overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 256px; gap: 32px; align-items: start; }
aside section { padding: 0 0 16px; margin-bottom: 16px; border-bottom: 1px solid var(--line); }
aside section:last-child { border: 0; }
aside h3 { margin-bottom: 8px; color: var(--muted); font-size: 12px; font-weight: 600; }
aside p { display: flex; align-items: center; gap: 6px; margin-bottom: 4px; }
.picker > summary { display: flex; align-items: center; color: var(--muted); }
.picker > summary h3 { flex: 1; margin-bottom: 8px; }
.picker > summary:hover { color: var(--link); }
.chips { flex-wrap: wrap; }

/* Labels */
.chip, .blob { --chip: #ededed; --on: #1f2328; }
.chip { display: inline-block; padding: 0 9px; border: 1px solid color-mix(in srgb, var(--chip) 80%, #000 20%); border-radius: 2em; background: var(--chip); color: var(--on); font-size: 12px; font-weight: 500; line-height: 20px; white-space: nowrap; }
.blob { display: inline-block; width: 12px; height: 12px; border-radius: 50%; background: var(--chip); vertical-align: -1px; }
@media (prefers-color-scheme: dark) {
  .chip { border-color: color-mix(in srgb, var(--chip) 55%, transparent); background: color-mix(in srgb, var(--chip) 22%, transparent); color: color-mix(in srgb, var(--chip) 55%, #fff); }
}

/* Cards, boxes, timeline */
.card { border: 1px solid var(--line); border-radius: 6px; background: var(--page); min-width: 0; }
.card > header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; padding: 8px 16px; border-bottom: 1px solid var(--line); border-radius: 6px 6px 0 0; background: var(--soft); }
.card + .card { margin-top: 16px; }
.box { display: grid; grid-template-columns: 40px minmax(0, 1fr); gap: 16px; }
.box > .card { position: relative; }
.box > .card > header > .avatar { display: none; }
.timeline { position: relative; margin-left: 0; }
.timeline::before { content: ""; position: absolute; z-index: -1; top: 0; bottom: 0; left: 72px; width: 2px; background: var(--faint); }
.timeline > * { margin-bottom: 16px; }
.event { display: flex; gap: 10px; align-items: flex-start; padding: 2px 0 2px 57px; }
.event p { flex: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 5px; min-height: 32px; color: var(--muted); min-width: 0; }
.event p .who, .event p b { color: var(--ink); }
.badge { display: grid; place-items: center; width: 32px; height: 32px; border: 2px solid var(--page); border-radius: 50%; background: color-mix(in srgb, var(--line) 60%, var(--page)); color: var(--muted); flex: none; }
.event.purple .badge { background: var(--purple-fill); color: #fff; } .event.green .badge { background: var(--green-fill); color: #fff; } .event.red .badge { background: var(--red-fill); color: #fff; }
.event.commit .badge { background: var(--page); border-color: transparent; }
.review .box, .review .thread { margin: 8px 0 0 56px; }
.review .box { grid-template-columns: 1fr; } .review .box > .avatar { display: none; } .review .box > .card > header > .avatar { display: inline-block; }
.box.write { padding-top: 16px; border-top: 2px solid var(--line); }
.fresh .card, .event.fresh, .fresh > .event { animation: fresh 4s ease-out; }
@keyframes fresh { from { background-color: var(--fresh); box-shadow: 0 0 0 3px color-mix(in srgb, var(--amber) 45%, transparent); } }
@media (prefers-reduced-motion: reduce) { .fresh .card, .event.fresh, .fresh > .event { animation: none; } }
.reactions { display: flex; gap: 6px; padding: 0 16px 12px; }
.reactions li { padding: 0 8px; border: 1px solid var(--line); border-radius: 2em; font-size: 12px; line-height: 24px; }

/* What people wrote */
.prose { padding: 16px; overflow-wrap: anywhere; }
.prose > :first-child { margin-top: 0; } .prose > :last-child { margin-bottom: 0; }
.prose p, .prose ul, .prose ol, .prose pre, .prose table, .prose blockquote, .prose details { margin: 0 0 16px; }
.prose h1, .prose h2, .prose h3, .prose h4 { margin: 24px 0 16px; font-weight: 600; line-height: 1.25; }
.prose h1 { padding-bottom: .3em; border-bottom: 1px solid var(--faint); font-size: 2em; } .prose h2 { padding-bottom: .3em; border-bottom: 1px solid var(--faint); font-size: 1.5em; } .prose h3 { font-size: 1.15em; }
.prose a { color: var(--link); text-decoration: underline; } .prose a.mention { color: inherit; font-weight: 600; text-decoration: none; }
.prose ul { padding-left: 2em; list-style: disc; } .prose ol { padding-left: 2em; }
.prose li.task { list-style: none; margin-left: -1.5em; }
.prose code { padding: .2em .4em; border-radius: 6px; background: color-mix(in srgb, var(--muted) 18%, transparent); font-size: 85%; }
.prose pre { padding: 16px; overflow: auto; border-radius: 6px; background: var(--soft); line-height: 1.45; } .prose pre code { padding: 0; background: none; font-size: 12px; overflow-wrap: normal; }
.prose blockquote { padding: 0 1em; border-left: .25em solid var(--line); color: var(--muted); } .prose blockquote > :last-child { margin-bottom: 0; }
.prose table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; } .prose th, .prose td { padding: 6px 13px; border: 1px solid var(--line); overflow-wrap: normal; } .prose td code { overflow-wrap: anywhere; } .prose tr:nth-child(2n) { background: var(--soft); } .prose th:empty { padding: 0; border: 0; }
.prose summary { cursor: pointer; } .prose hr { height: 4px; border: 0; background: var(--faint); } .prose img { max-width: 100%; }

/* Lists */
.list { margin-top: 16px; border: 1px solid var(--line); border-radius: 6px; }
.list header { display: flex; gap: 16px; padding: 14px 16px; border-bottom: 1px solid var(--line); border-radius: 6px 6px 0 0; background: var(--soft); color: var(--muted); }
.list header a[aria-current] { color: var(--ink); font-weight: 600; }
.list li, .commits li { display: flex; gap: 10px; padding: 10px 16px; border-top: 1px solid var(--faint); }
.list li:first-child, .commits li:first-child { border-top: 0; }
.list li > div, .commits li > div { flex: 1; min-width: 0; }
.list li:hover { background: var(--soft); }
.title { font-size: 16px; font-weight: 600; overflow-wrap: anywhere; }
.commits .title { font-size: 14px; }
.commits li > a { align-self: center; }
.blank { padding: 48px 24px; text-align: center; color: var(--muted); } .blank h2 { margin: 8px 0; color: var(--ink); font-size: 20px; }

/* Code and differences */
.crumbs { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 12px; }
.branch { padding: 5px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); font-weight: 500; }
.files table { width: 100%; border-collapse: collapse; } .files td { padding: 9px 16px; border-top: 1px solid var(--faint); } .files tr:first-child td { border-top: 0; }
.files td:nth-child(2) { width: 55%; max-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .files td:last-child { text-align: right; white-space: nowrap; }
.files .folder .icon { color: light-dark(#54aeff, #9198a1); } .files .file .icon { color: var(--muted); }
.readme { margin-top: 16px; }
.code { width: 100%; border-collapse: collapse; line-height: 20px; }
.code td { padding: 0 10px; white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top; }
.code td.number { width: 1%; min-width: 40px; padding: 0 8px; color: var(--muted); text-align: right; white-space: nowrap; user-select: none; }
.card > .code { display: table; } .card > .code tr:last-child td { padding-bottom: 4px; } .card > .code tr:first-child td { padding-top: 4px; }
.code .added td { background: var(--added); } .code .added td.number { background: var(--added-number); }
.code .gone td { background: var(--gone); } .code .gone td.number { background: var(--gone-number); }
.code .hunk td { background: var(--hunk); color: var(--muted); } .code .note td { color: var(--muted); }
.code td.line { position: relative; } .sign { display: inline-block; width: 14px; user-select: none; }
.add-remark { position: absolute; left: -11px; z-index: 1; width: 20px; height: 20px; border-radius: 6px; background: var(--link); color: #fff; font-weight: 700; text-align: center; line-height: 20px; opacity: 0; }
.code tr:hover .add-remark, .add-remark:focus { opacity: 1; } .add-remark:hover { color: #fff; text-decoration: none; }
.remarks > td { padding: 12px 16px !important; font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; font-size: 14px; background: var(--soft); white-space: normal !important; overflow-wrap: normal !important; line-height: 1.5; }
.diff-sum { margin-bottom: 12px; } .pad { padding: 16px; }
.diff { overflow: hidden; }
.thread .remark { padding: 12px 16px; border-top: 1px solid var(--faint); } .remark .prose { padding: 6px 0 0 30px; } .remark p { display: block; }
.thread header code { overflow-wrap: anywhere; }
.reply { display: flex; gap: 8px; padding: 8px 16px; border-top: 1px solid var(--faint); background: var(--soft); border-radius: 0 0 6px 6px; }
.message pre { margin: 0; padding: 12px 16px 0; white-space: pre-wrap; } .message > p { display: flex; gap: 6px; align-items: center; padding: 12px 16px; }

/* Pull request */
.pull-tabs { margin-bottom: 20px; border-bottom: 1px solid var(--line); }
.pull-tabs .end { font-weight: 600; font-size: 12px; }
.review-menu { width: max-content; margin: 0 0 12px auto; } .review-menu .popover { width: 380px; padding: 16px; }
.merge-box { display: grid; grid-template-columns: 40px minmax(0, 1fr); gap: 16px; margin: 16px 0; padding-top: 16px; border-top: 2px solid var(--line); border-bottom: 0 !important; }
.merge-box > .badge { width: 40px; height: 40px; border: 0; border-radius: 6px; color: #fff; background: var(--gray-fill); }
.merge-box.is-green > .badge { background: var(--green-fill); } .merge-box.is-purple > .badge { background: var(--purple-fill); } .merge-box.is-red > .badge { background: var(--red-fill); }
.merge-box.is-green > .card { border-color: var(--green); } .merge-box.is-purple > .card { border-color: var(--purple); }
.merge-line { display: flex; gap: 12px; padding: 12px 16px; border-bottom: 1px solid var(--faint); } .merge-line:last-child { border-bottom: 0; }
.merge-line p { display: block !important; margin: 0 !important; }
.merge-box form { justify-content: flex-start; padding: 12px 16px; background: var(--soft); border-radius: 0 0 6px 6px; }
.linked { align-items: flex-start !important; } .linked.open .icon { color: var(--green); } .linked.merged .icon { color: var(--purple); } .linked.closed .icon { color: var(--red); } .linked .icon { color: var(--muted); margin-top: 3px; }
.checks li { display: flex; gap: 10px; align-items: center; padding: 10px 16px; border-top: 1px solid var(--faint); } .checks li:first-child { border-top: 0; }

@media (max-width: 768px) {
  .bar, .repository { padding-left: 16px; padding-right: 16px; }
  .home .pill, .act-as summary span { display: none; }
  main { padding: 16px; }
  .columns { grid-template-columns: minmax(0, 1fr); }
  .columns > aside { order: 2; }
  .box { grid-template-columns: minmax(0, 1fr); } .box > .avatar { display: none; } .box > .card > header > .avatar { display: inline-block; }
  .timeline::before { left: 15px; } .event { padding-left: 0; } .review .box, .review .thread { margin-left: 0; }
  .merge-box { grid-template-columns: minmax(0, 1fr); } .merge-box > .badge { display: none; }
  .headline h2 { font-size: 22px; }
  .files td:nth-child(2) { display: none; }
  .popover { position: fixed; top: auto; right: 16px; left: 16px; width: auto !important; max-width: none; }
}
`;
