/**
 * The colours of code in a frame: enough to see what is a text, a comment and a keyword. Each line is looked at alone.
 */

/** A part of a line, and what it is; nothing for what has no colour. */
export interface Painted {
  readonly kind: '' | 'comment' | 'string' | 'number' | 'keyword';
  readonly text: string;
}

const KEYWORDS =
  'as|async|await|break|case|catch|class|const|continue|default|delete|do|else|enum|export|extends|false|finally|for|from|' +
  'function|get|if|implements|import|in|instanceof|interface|let|new|null|of|return|set|static|super|switch|this|throw|' +
  'true|try|type|typeof|undefined|var|void|while|with|yield';

const PARTS = new RegExp(
  '(?<comment>//.*|/\\*.*?(?:\\*/|$))' +
    '|(?<string>"(?:[^"\\\\]|\\\\.)*"?|\'(?:[^\'\\\\]|\\\\.)*\'?|`(?:[^`\\\\]|\\\\.)*`?)' +
    '|(?<number>(?<![\\w$])\\d[\\w.]*)' +
    `|(?<keyword>(?<![\\w$.#-])(?:${KEYWORDS})(?![\\w$-]))`,
  'g',
);

/** Takes a line of code apart. The parts make up the line. */
export function paint(line: string): Painted[] {
  const parts: Painted[] = [];
  let done = 0;
  for (const match of line.matchAll(PARTS)) {
    const [text] = match;
    const kind = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0];
    if (match.index > done) parts.push({ kind: '', text: line.slice(done, match.index) });
    parts.push({ kind: kind as Painted['kind'], text });
    done = match.index + text.length;
  }
  if (done < line.length) parts.push({ kind: '', text: line.slice(done) });
  return parts;
}
