import { createHash } from 'node:crypto';
import { html } from '@devmesh/http';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --line: #d0d7de; --paper: #fff; --page: #f6f8fa; --go: #1a7f37; --stop: #b42318; --code: #f0f2f5 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9aa4af; --line: #30363d; --paper: #161b22; --page: #0d1117; --go: #2ea043; --stop: #da3633; --code: #0d1117 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .75rem 1rem; border-bottom: 1px solid var(--line); background: var(--paper) }
header a { color: inherit; text-decoration: none; font-weight: 600 }
header form { margin: 0 } header span { color: var(--dim); font-size: .875rem }
main { max-width: 44rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.375rem; line-height: 1.25; margin: .5rem 0 1rem } h2 { font-size: 1rem; margin: 1.25rem 0 .5rem }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin-bottom: 1rem }
dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .375rem 1rem; margin: 0 } dt { color: var(--dim) } dd { margin: 0; overflow-wrap: anywhere }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.45 ui-monospace, monospace; margin: 0 }
label { display: block; margin: .75rem 0 .25rem } input, textarea { width: 100%; padding: .625rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 6px }
button { font: inherit; font-weight: 600; padding: .75rem 1.25rem; min-height: 44px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); color: inherit; cursor: pointer }
button.go { background: var(--go); border-color: var(--go); color: #fff } button.stop { background: var(--stop); border-color: var(--stop); color: #fff } button.plain { min-height: 0; padding: .25rem .5rem; font-weight: 400; font-size: .875rem }
pre + form, pre + p { margin-top: 1rem } @media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem } }
.buttons { display: flex; gap: .75rem; margin-top: 1rem } .buttons button { flex: 1 }
.note { border-left: 4px solid var(--line); padding: .5rem .75rem; background: var(--paper); margin-bottom: 1rem } .bad { border-color: var(--stop) } .good { border-color: var(--go) }
ul.list { list-style: none; margin: 0; padding: 0 } ul.list a { display: block; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); margin-bottom: .5rem; color: inherit; text-decoration: none } ul.list small, .dim { color: var(--dim) }
`;

/** The one style of all pages; the policy names its hash, so that nothing else is ever run or shown. */
const POLICY = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  `form-action 'self'`,
  `frame-ancestors 'none'`,
  `base-uri 'none'`,
].join('; ');

export interface PageParts {
  title: string;
  /** HTML, already escaped. */
  body: string;
  /** Who is signed in, and the token of their forms. */
  session?: { label: string; csrf: string } | undefined;
  status?: number;
  headers?: Record<string, string>;
}

/** A whole page. No script anywhere. */
export function page({ title, body, session, status = 200, headers = {} }: PageParts) {
  const who = session
    ? `<form method="post" action="/logout"><span>${escape(session.label)}</span> ${csrfField(session.csrf)}<button class="plain">Sign out</button></form>`
    : '';
  const text = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)} · DevMesh</title><style>${STYLE}</style></head>
<body><header><a href="/approvals">DevMesh</a>${who}</header><main>
<h1>${escape(title)}</h1>
${body}
</main></body></html>`;
  return html(text, { status, headers: { 'content-security-policy': POLICY, ...headers } });
}

/** Text as HTML shows it. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export function csrfField(token: string): string {
  return `<input type="hidden" name="csrf_token" value="${escape(token)}">`;
}

export function note(kind: 'good' | 'bad' | '', text: string): string {
  return `<p class="note ${kind}" role="status">${escape(text)}</p>`;
}
