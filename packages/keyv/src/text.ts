/**
 * Any string of JavaScript's as text that UTF-8 can hold. UTF-8 has no lone surrogates: such a code
 * unit becomes U+FFFF, which is no character, and its four hexadecimal digits; so does U+FFFF.
 */
const ESCAPE = '\uffff';
const TO_ESCAPE = /[\p{Surrogate}\uffff]/gu;
const ESCAPED = /\uffff(.{4})/gu;

/** Makes text of a string. */
export function toText(string: string): string {
  return string.replace(
    TO_ESCAPE,
    (unit) => ESCAPE + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}

/** Makes the string of a text again. */
export function fromText(text: string): string {
  if (!text.includes(ESCAPE)) return text;
  return text.replace(ESCAPED, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
