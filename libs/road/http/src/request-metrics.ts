import type { Metrics } from '@devmesh/runtime';
import type { Request, Response } from 'express';

/** Counts and times each request when its connection is done with it, answered or not. */
export function requestMetrics(metrics: Metrics): (request: Request, response: Response, seconds: number) => void {
  const labels = ['route', 'method', 'status'];
  const total = metrics.counter({
    name: 'http_requests_total',
    help: 'Requests by route, method and status; status `aborted`: the client left first.',
    labels,
  });
  const duration = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'From the request line to the end of the answer.',
    labels: ['route', 'method'],
  });
  return (request, response, seconds) => {
    // The pattern, never the path: a path is as many labels as there are ids.
    const route = String(response.locals['route'] ?? 'none');
    const { method } = request;
    total.inc({
      route,
      method: METHODS.has(method) ? method : 'other',
      status: response.writableFinished ? response.statusCode : 'aborted',
    });
    duration.observe({ route, method: METHODS.has(method) ? method : 'other' }, seconds);
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
