import { Output, type Template, TypeGuards } from 'liquidjs';

/** A piece of a template: text as it stands, or the names that lead to a variable. */
export type Piece = string | string[];

/**
 * The pieces of a template that holds text and plain variables only, such as `{{ first_name }} of {{ company.name }}`, as
 * most do; undefined for every other one.
 */
export function piecesOf(templates: readonly Template[]): Piece[] | undefined {
  const pieces = templates.map(pieceOf);
  return pieces.every((piece) => piece !== undefined) ? pieces : undefined;
}

function pieceOf(template: Template): Piece | undefined {
  if (template instanceof Output) return namesOf(template);
  return TypeGuards.isHTMLToken(template.token) ? template.token.getContent() : undefined;
}

/** An output has one filter more than it was written with, which writes it out; `raw` stands in its place. */
function namesOf({ value: { initial, filters } }: Output): string[] | undefined {
  const [token, ...others] = initial.postfix;
  if (others.length > 0 || filters.length !== 1 || filters[0]?.name === 'raw') return undefined;
  if (!TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined) return undefined;
  const names = token.props.map((prop) => (TypeGuards.isWordToken(prop) ? prop.content : undefined));
  return names.every((name) => name !== undefined) ? names : undefined;
}
