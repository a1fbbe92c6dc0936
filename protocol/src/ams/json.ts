// JSON as the notifications need it: compact, ASCII, slashes escaped. The official Magento plugin verifies the
// signature over json_encode(json_decode(body)) and would fail on anything else (AMS reference, section 7).

export function asciiJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\//g, '\\/')
    .replace(
      /[\u0080-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/gs;

/**
 * A name that one object of a JSON text has twice, or null. Readers differ in which of the two values they take, so the
 * merchant's signature would stand under two requests (RFC 8259, section 4). For a text that JSON.parse has taken.
 */
export function repeatedName(json: string): string | null {
  const open: Set<string>[] = [];
  let text = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') text = token;
    else {
      const name = JSON.parse(text) as string;
      if (open.at(-1)!.has(name)) return name;
      open.at(-1)!.add(name);
    }
  }
  return null;
}
