import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

/** A top-level declaration of a file, or the function that serves a method. */
export type Declared = { file: string; name: string; node: ts.Node };

/** Declarations that a piece of code mentions, the strings in it, and the service methods that it calls. */
type Mentions = { declared: Declared[]; texts: Set<string>; calls: Set<string> };

type Names = Map<string, { file: string; name: string }>;
type File = { tops: Map<string, ts.Node>; imports: Names; exports: Names; stars: string[] };

/**
 * Finds the mentions in the code of this repository, by declaration. Only the syntax is read, which takes just a second
 * but overestimates: a declaration mentions everything that is written in it, whether or not it is executed. Members of
 * objects that are passed on are not followed.
 */
export function readCode(root: string) {
  const entries = packageEntries(root);
  const files = new Map<string, File | undefined>();
  const mentions = new Map<ts.Node, Mentions>();

  function read(path: string): File | undefined {
    if (!files.has(path)) files.set(path, path.endsWith('.ts') && existsSync(path) ? parse(path) : undefined);
    return files.get(path);
  }

  function parse(path: string): File {
    const file: File = { tops: new Map(), imports: new Map(), exports: new Map(), stars: [] };
    const target = (specifier: ts.Expression) => targetOf(entries, path, specifier);
    for (const statement of sourceOf(path).statements) {
      if (ts.isImportDeclaration(statement)) {
        const named = statement.importClause?.namedBindings;
        const from = target(statement.moduleSpecifier);
        if (named !== undefined && ts.isNamedImports(named)) addNames(file.imports, named.elements, from);
      } else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined) {
        const from = target(statement.moduleSpecifier);
        if (statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)) {
          addNames(file.exports, statement.exportClause.elements, from);
        } else if (from !== undefined) file.stars.push(from);
      } else addDeclared(file.tops, statement);
    }
    return file;
  }

  function find(path: string, name: string, seen = new Set<string>()): Declared | undefined {
    const file = read(path);
    if (file === undefined || seen.has(path)) return undefined;
    const node = file.tops.get(name);
    if (node !== undefined) return { file: path, name, node };
    const passed = file.imports.get(name) ?? file.exports.get(name);
    if (passed !== undefined) return find(passed.file, passed.name, seen);
    seen.add(path);
    for (const star of file.stars) {
      const found = find(star, name, seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function mentionsOf({ file, node }: Declared): Mentions {
    const known = mentions.get(node);
    if (known !== undefined) return known;
    const found: Mentions = { declared: [], texts: new Set(), calls: new Set() };
    const visit = (inner: ts.Node): void => {
      if (ts.isTypeNode(inner)) return;
      if (ts.isIdentifier(inner) && !isMemberName(inner)) {
        const declared = find(file, inner.text);
        if (declared !== undefined && declared.node !== node) found.declared.push(declared);
      }
      if (ts.isStringLiteralLike(inner)) found.texts.add(inner.text);
      if (ts.isTemplateTail(inner)) found.texts.add(`*${inner.text}`);
      if (ts.isCallExpression(inner) && ts.isPropertyAccessExpression(inner.expression)) {
        found.calls.add(inner.expression.name.text);
      }
      ts.forEachChild(inner, visit);
    };
    visit(node);
    mentions.set(node, found);
    return found;
  }

  return { membersOf: (path: string) => membersOf(path, sourceOf(path)), mentionsOf };
}

function sourceOf(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Returns the members of object literals, such as the methods that a service registers. */
function membersOf(file: string, source: ts.SourceFile): Declared[] {
  const found: Declared[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralElementLike(node) && node.name !== undefined && ts.isIdentifier(node.name)) {
      found.push({ file, name: node.name.text, node });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isMemberName(name: ts.Identifier): boolean {
  const { parent } = name;
  return (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === name;
}

function addNames(names: Names, elements: ts.NodeArray<ts.ImportOrExportSpecifier>, from: string | undefined): void {
  if (from === undefined) return;
  for (const { name, propertyName } of elements)
    names.set(name.text, { file: from, name: (propertyName ?? name).text });
}

function addDeclared(tops: File['tops'], statement: ts.Statement): void {
  if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name !== undefined) {
    tops.set(statement.name.text, statement);
  }
  if (!ts.isVariableStatement(statement)) return;
  for (const declaration of statement.declarationList.declarations) {
    const names = ts.isIdentifier(declaration.name) ? [declaration.name] : namesWithin(declaration.name);
    for (const name of names) tops.set(name.text, declaration);
  }
}

function namesWithin(pattern: ts.BindingPattern): ts.Identifier[] {
  return pattern.elements.flatMap((element) =>
    ts.isBindingElement(element) && ts.isIdentifier(element.name) ? [element.name] : [],
  );
}

/** Returns the files behind `@drippulse/…`, from the `exports` of each package. */
function packageEntries(root: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const path of globSync('{libs,services}/*/package.json', { cwd: root })) {
    const { name, exports = {} } = JSON.parse(readFileSync(resolve(root, path), 'utf8'));
    const all: Record<string, string> = typeof exports === 'string' ? { '.': exports } : exports;
    for (const [entry, file] of Object.entries(all)) {
      entries.set(`${name}${entry.slice(1)}`, resolve(root, dirname(path), file));
    }
  }
  return entries;
}

function targetOf(entries: ReadonlyMap<string, string>, from: string, specifier: ts.Expression): string | undefined {
  if (!ts.isStringLiteral(specifier)) return undefined;
  return specifier.text.startsWith('.') ? resolve(dirname(from), specifier.text) : entries.get(specifier.text);
}
