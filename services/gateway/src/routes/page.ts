import { DomainError } from '@drippulse/runtime';
import { type RequestHandler, Router } from 'express';
import { exchangeOf } from '../transcoder/exchange.ts';

/** A router of paths that take GET and HEAD; other methods answer 405. */
export function getOnly(handlers: Readonly<Record<string, RequestHandler>>): Router {
  const router = Router();
  for (const [path, handler] of Object.entries(handlers)) {
    router.all(path, (request, response, next) => {
      exchangeOf(request).route = path;
      if (request.method === 'GET' || request.method === 'HEAD') return handler(request, response, next);
      response.setHeader('allow', 'GET, HEAD');
      throw new DomainError('malformed', 'method_not_allowed', 'The path does not take this method.');
    });
  }
  return router;
}
