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
