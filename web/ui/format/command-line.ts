// A command as a person types it and as a list of program and arguments. No shell reads
// it: quotes only hold words together. Pure.

/** `sh -c 'a b'` is three words; an unclosed quote reaches to the end. */
export function splitCommand(typed: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const letter of typed) {
    if (quote !== null) {
      if (letter === quote) quote = null;
      else word = (word ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + letter;
    }
  }
  return word === null ? words : [...words, word];
}

/** The words as one line that `splitCommand` reads back. */
export const joinCommand = (words: readonly string[] | undefined): string =>
  (words ?? [])
    .map((word) => {
      if (word !== '' && !/[\s"']/.test(word)) return word;
      // A word with both quotes is written in pieces.
      return word.includes("'")
        ? word
            .split("'")
            .map((part) => `'${part}'`)
            .join(`"'"`)
        : `'${word}'`;
    })
    .join(' ');
