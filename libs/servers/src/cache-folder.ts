import os from 'node:os';
import path from 'node:path';

/** Returns the folder for downloads: `$XDG_CACHE_HOME/drippulse`, else `~/.cache/drippulse`. */
export function cacheFolder(...parts: string[]): string {
  const base = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
  return path.join(base, 'drippulse', ...parts);
}
