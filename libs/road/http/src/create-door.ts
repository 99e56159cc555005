import express from 'express';
import type { Express, NextFunction, Request, Response, Router } from 'express';
import { admit } from './admission.ts';
import type { Admitted, Wanted } from './admission.ts';
import type { Route } from './define-route.ts';
import type { DoorOptions } from './door-options.ts';
import { entry } from './entry.ts';
import { healthRoutes } from './health-routes.ts';
import { listen } from './listen.ts';
import type { Listening, ListenOptions } from './listen.ts';
import { assertUnique, routeTable } from './route-table.ts';
import { runRoute } from './run-route.ts';
import { sendError } from './send-error.ts';
import { nothingHere, serveRoutes } from './serve-routes.ts';

export interface Door {
  app: Express;
  /** For what is no route of ours (`/mcp`, files): asked when no route fits, after id, headers and CORS. Authenticate there with `admit`. */
  others: Router;
  /** Adds routes; may be called again. Throws on a name or an address that is taken. */
  mount(routes: readonly Route[]): void;
  /** Everything mounted so far: what OpenAPI and the tenancy walk are made from. */
  routes(): readonly Route[];
  /** Authenticates, takes the rate token, sets its headers, checks access and scope. For handlers in `others`. */
  admit(request: Request, response: Response, wanted: Wanted): Promise<Admitted>;
  /** Answers an error in our form. For handlers in `others`. */
  fail(request: Request, response: Response, error: unknown): void;
  /** May be called for several ports. Closing one of them ends the event streams of all. */
  listen(options: ListenOptions): Promise<Listening>;
}

/** One hardened door. What is mounted later needs no order: fixed paths win over parameters. */
export function createDoor(options: DoorOptions): Door {
  const { logger, health, trustProxy = false } = options;
  const draining = new AbortController();
  const app = express();
  const others = express.Router();
  const run = (route: Route) => runRoute(route, options, draining.signal);
  let routes: readonly Route[] = [];
  let table = routeTable([], run);

  function fail(request: Request, response: Response, error: unknown): void {
    sendError(request, response, error, { logger, requestId: String(response.locals['requestId']) });
  }

  app.disable('x-powered-by');
  app.set('trust proxy', trustProxy);
  // ETags are versions that a route knows, not hashes of what was sent.
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(entry(options, draining.signal));
  app.use(healthRoutes(health));
  app.use(serveRoutes(() => table));
  app.use(others);
  app.use(nothingHere(() => table));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    fail(request, response, error);
  });

  return {
    app,
    others,
    mount(more) {
      assertUnique([...routes, ...more]);
      routes = [...routes, ...more];
      table = routeTable(routes, run);
    },
    routes: () => routes,
    admit: (request, response, wanted) => admit(request, response, wanted, options),
    fail,
    async listen(where) {
      const { port, close } = await listen(app, where);
      return {
        port,
        close: (how) => {
          draining.abort();
          return close(how);
        },
      };
    },
  };
}
