import type { Road } from '@devmesh/assembly';
import { AppError } from '@devmesh/contracts';
import { defineRoute, redirect, type Route } from '@devmesh/http';
import { z } from 'zod';
import { escape, note, page } from './layout.ts';

/** What is not a path of ours leads to the approvals, and never fails the page. */
const NextPath = z.string().max(500).default('/approvals').catch('/approvals');
const Next = z.object({ next: NextPath });
const HIDDEN = { hidden: true, tag: 'pages' } as const;

/** Signing in and out in a browser, and the link of the first start. */
export function signInPages({ identity }: Pick<Road, 'identity'>): Route[] {
  return [
    defineRoute({
      ...HIDDEN,
      name: 'pages.login',
      method: 'GET',
      path: '/login',
      summary: 'The sign-in page',
      access: 'public',
      page: {},
      query: Next,
      responses: {},
      handler: ({ query }) => loginPage(ownPath(query.next)),
    }),
    defineRoute({
      ...HIDDEN,
      name: 'pages.login.send',
      method: 'POST',
      path: '/login',
      summary: 'Sign in',
      access: 'public',
      page: {},
      bodyType: 'form',
      body: z.object({
        email: z.string().max(300),
        password: z.string().max(500),
        next: NextPath,
      }),
      responses: {},
      async handler({ body, header }) {
        assertOwnPage(header);
        try {
          const session = await identity.openBrowserSession(
            { email: body.email, password: body.password },
            { userAgent: header('user-agent') },
          );
          return redirect(ownPath(body.next), { 'set-cookie': session.cookie });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          return loginPage(ownPath(body.next), error, body.email);
        }
      },
    }),
    defineRoute({
      ...HIDDEN,
      name: 'pages.logout',
      method: 'POST',
      path: '/logout',
      summary: 'Sign out',
      access: 'person',
      page: { signInPath: '/login' },
      bodyType: 'form',
      body: z.object({}),
      responses: {},
      async handler({ principal }) {
        const { cookie } = await identity.closeBrowserSession(principal);
        return redirect('/login', { 'set-cookie': cookie });
      },
    }),
    defineRoute({
      ...HIDDEN,
      name: 'pages.sign_in_link',
      method: 'GET',
      path: '/sign-in/:token',
      summary: 'The page behind a sign-in link',
      access: 'public',
      page: {},
      params: z.object({ token: z.string().min(1).max(200) }),
      responses: {},
      async handler({ params }) {
        const user = await identity.findSignInLink(params.token);
        return user ? passwordPage(params.token, user.email) : spentLinkPage();
      },
    }),
    defineRoute({
      ...HIDDEN,
      name: 'pages.sign_in_link.send',
      method: 'POST',
      path: '/sign-in/:token',
      summary: 'Set a password by a sign-in link',
      access: 'public',
      page: {},
      bodyType: 'form',
      params: z.object({ token: z.string().min(1).max(200) }),
      body: z.object({ password: z.string().max(500) }),
      responses: {},
      async handler({ params, body, header }) {
        assertOwnPage(header);
        const user = await identity.findSignInLink(params.token);
        if (!user) return spentLinkPage();
        try {
          const session = await identity.useSignInLink(
            { token: params.token, password: body.password },
            { userAgent: header('user-agent') },
          );
          return redirect('/approvals', { 'set-cookie': session.cookie });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          return passwordPage(params.token, user.email, error);
        }
      },
    }),
  ];
}

function loginPage(next: string, error?: AppError, email = '') {
  return page({
    title: 'Sign in',
    status: error?.httpStatus ?? 200,
    body: `${problem(error)}<form class="card" method="post" action="/login">
<input type="hidden" name="next" value="${escape(next)}">
<label for="email">E-mail</label><input id="email" name="email" type="email" autocomplete="username" required value="${escape(email)}">
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<div class="buttons"><button class="go">Sign in</button></div></form>`,
  });
}

function passwordPage(token: string, email: string, error?: AppError) {
  return page({
    title: 'Set your password',
    status: error?.httpStatus ?? 200,
    body: `${problem(error)}<form class="card" method="post" action="/sign-in/${escape(encodeURIComponent(token))}">
<p>You are <strong>${escape(email)}</strong>. With this password you sign in to approve what agents ask for.</p>
<input type="hidden" name="username" autocomplete="username" value="${escape(email)}" disabled>
<label for="password">New password</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="8" required>
<p class="dim">At least 8 characters, with upper case, lower case and a digit.</p>
<div class="buttons"><button class="go">Set password and sign in</button></div></form>`,
  });
}

function spentLinkPage() {
  return page({
    title: 'This link cannot be used any more',
    status: 410,
    body: `<p>It was used, is older than 15 minutes, or a newer one was made. Until a password is set, every start of DevMesh prints a new link.</p><p><a href="/login">Sign in with e-mail and password</a></p>`,
  });
}

function problem(error: AppError | undefined): string {
  return error ? note('bad', [error.message, error.suggestion].filter((part) => part !== undefined).join(' ')) : '';
}

// Only a path of this origin: a link that leads elsewhere after signing in would be a gift to phishers.
function ownPath(next: string): string {
  return /^\/(?![/\\])[\w\-./?=&%]*$/.test(next) ? next : '/approvals';
}

// There is no session yet whose token could be asked for: the browser's own word keeps other sites from signing people in.
function assertOwnPage(header: (name: string) => string | undefined): void {
  const site = header('sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new AppError('forbidden', 'This form was sent from another site.', {
    suggestion: 'Open the page itself and try again.',
  });
}
