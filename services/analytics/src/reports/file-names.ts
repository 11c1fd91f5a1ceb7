import { create } from 'content-disposition';
import type { Parameters } from '../parameters.ts';

/** The media types of the formats. */
export const mediaTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  pdf: 'application/pdf',
};

/** Returns the name of a report's file, which consists of its type and its first and last day in UTC. */
export function fileNameOf(type: string, format: string, { from, to }: Pick<Parameters, 'from' | 'to'>): string {
  const last = new Date(to.getTime() - 1);
  return `${type}-${from.toISOString().slice(0, 10)}-${last.toISOString().slice(0, 10)}.${format}`;
}

/** Returns the header `Content-Disposition` of a download (RFC 6266). */
export function attachmentOf(fileName: string): string {
  return create(fileName, { type: 'attachment' });
}
