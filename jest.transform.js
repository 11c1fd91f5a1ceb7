import { stripTypeScriptTypes } from 'node:module';

/** Removes types as Node does at run time. Lines and columns stay, so that stack traces need no source maps. */
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
