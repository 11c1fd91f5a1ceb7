import path from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Returns the media type of a file, by the file's extension. */
export function contentTypeOf(name: string): string {
  const contentType = contentTypes[path.extname(name)];
  if (contentType === undefined) throw new Error(`No content type is known for ${name}`);
  return contentType;
}
