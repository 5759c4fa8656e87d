// A unified diff, from what is to what should be.

import './diff-view.css';

export function DiffView({ diff }: { diff: string }) {
  return (
    <pre className="diff-view" tabIndex={0}>
      {diff.split('\n').map((line, at) => (
        <div key={at} data-kind={kindOf(line)}>
          {line === '' ? ' ' : line}
        </div>
      ))}
    </pre>
  );
}

function kindOf(line: string): 'add' | 'remove' | 'place' | undefined {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('@@')) return 'place';
  if (line.startsWith('+')) return 'add';
  return line.startsWith('-') ? 'remove' : undefined;
}
