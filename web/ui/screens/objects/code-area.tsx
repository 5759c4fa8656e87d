// A text with numbered lines, those with problems marked. Plain: the keyboard works as in any
// text field.

import { useId, useRef } from 'react';

interface CodeAreaProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Numbers of lines with a problem, from 1. */
  marked?: ReadonlySet<number>;
}

export function CodeArea({ label, value, onChange, marked }: CodeAreaProps) {
  const id = useId();
  const numbers = useRef<HTMLPreElement>(null);
  const count = value.split('\n').length;
  return (
    <div className="code-area">
      <label htmlFor={id}>{label}</label>
      <div className="code-area__box">
        <pre ref={numbers} aria-hidden="true">
          {Array.from({ length: count }, (_, at) => (
            <span key={at} data-marked={marked?.has(at + 1) || undefined}>
              {`${at + 1}\n`}
            </span>
          ))}
        </pre>
        <textarea
          id={id}
          value={value}
          spellCheck={false}
          wrap="off"
          rows={Math.min(30, Math.max(12, count + 1))}
          onChange={(event) => onChange(event.currentTarget.value)}
          onScroll={(event) => {
            if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
    </div>
  );
}
