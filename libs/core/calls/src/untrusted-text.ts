/**
 * Marks what came from a log, an issue, a page or another system as data and nobody's instruction. The text cannot end
 * its own mark: a `<data` or `</data` in it is written so that it is none.
 */
export function untrustedText(source: string, text: string): string {
  return `<data source="${source}" trust="untrusted">\n${text.replace(/<(?=\/?data\b)/gi, '&lt;')}\n</data>`;
}
