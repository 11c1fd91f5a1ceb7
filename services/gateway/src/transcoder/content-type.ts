import type { IncomingMessage } from 'node:http';
import { DomainError } from '@drippulse/errors';
import { hasBody } from './read-body.ts';
import type { Route } from './routes.ts';

/** Refuses a body that is not declared as JSON. A request without a body needs no content type. */
export function checkJsonContentType(request: IncomingMessage, route: Route): void {
  const { wrongContentType } = route.rest;
  const contentType = request.headers['content-type'];
  const isJudged = hasBody(request) || (wrongContentType !== '' && contentType !== undefined);
  if (!isJudged || isJson(contentType)) return;
  const message = 'Send the body as JSON, with Content-Type: application/json.';
  throw wrongContentType === ''
    ? new DomainError('malformed', 'unsupported_media_type', message)
    : new DomainError('invalid', wrongContentType, message);
}

/** Whether a content type is `application/json` or a type based on it (RFC 6839), in UTF-8. */
function isJson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  if (!/^application\/(?:[\w.!#$&^-]+\+)?json$/.test(type.trim())) return false;
  const charset = parameters.map((parameter) => /^\s*charset="?([^"]*)"?\s*$/.exec(parameter)?.[1]).find(Boolean);
  return charset === undefined || charset === 'utf-8' || charset === 'utf8';
}
