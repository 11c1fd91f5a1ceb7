/** A form as Stripe reads it. For example, `items[0][price]=x` describes a list of objects. */
export type Form = { [name: string]: string | Form };

export function parseForm(text: string): Form {
  const form: Form = {};
  for (const [path, value] of new URLSearchParams(text)) {
    const names = [...path.matchAll(/[^[\]]+|\[\]/g)].map(([name]) => name);
    let place = form;
    for (const [index, name] of names.entries()) {
      const key = name === '[]' ? String(Object.keys(place).length) : name;
      if (index === names.length - 1) place[key] = value;
      else place = within(place, key);
    }
  }
  return form;
}

function within(place: Form, key: string): Form {
  const known = place[key];
  if (typeof known === 'object') return known;
  const made: Form = {};
  place[key] = made;
  return made;
}

export function textOf(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' ? value : undefined;
}

/** Returns the members of an object or list that a form contains under a name. */
export function partsOf(form: Form, name: string): Form {
  const value = form[name];
  return typeof value === 'object' ? value : {};
}

/** Returns the strings in an object or list that a form contains under a name. */
export function textsOf(form: Form, name: string): Record<string, string> {
  const texts = Object.entries(partsOf(form, name)).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  return Object.fromEntries(texts);
}
