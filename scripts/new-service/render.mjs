import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The template folders: the files of every service, and the files that a service that publishes events adds or
 * replaces.
 */
const templates = {
  all: path.join(import.meta.dirname, 'template'),
  publishing: path.join(import.meta.dirname, 'template-publishing'),
};

/** Returns the files of a new service, with their content, by path from the root. */
export function filesOf(names, { positions, versionOf }, { publishes = false } = {}) {
  const placeholders = {
    ...names,
    time: new Date().toISOString().slice(0, 16).replace('T', '-').replace(':', ''),
    // The position is the next multiple of ten, because an area uses as many positions as it has services in its
    // protos.
    position: String((Math.floor(Math.max(0, ...positions) / 10) + 1) * 10),
  };
  const fill = (text) =>
    Object.entries(placeholders).reduce((filled, [key, value]) => filled.replaceAll(`__${key}__`, value), text);
  const targets = { service: `services/${names.name}`, protos: `proto/drippulse/${names.schema}/v1` };
  const folders = publishes ? [templates.all, templates.publishing] : [templates.all];
  return new Map(
    folders.flatMap((template) =>
      Object.entries(targets).flatMap(([folder, target]) =>
        filesBelow(path.join(template, folder)).map((file) => {
          const text = fill(readFileSync(path.join(template, folder, file), 'utf8'));
          return [path.posix.join(target, fill(file)), file === 'package.json' ? withVersions(text, versionOf) : text];
        }),
      ),
    ),
  );
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Adds the versions. The template names only the packages; their versions are taken from the tree. */
function withVersions(text, versionOf) {
  return text.replace(/"([^"]+)": "\*"/g, (_, name) => `"${name}": "${versionOf(name)}"`);
}
