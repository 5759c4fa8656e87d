// A text field whose value counts once one leaves it or presses Enter, so that a chart
// is not asked for with every key.

import { TextInput, type TextInputProps } from '@mantine/core';

interface CommitInputProps extends Omit<TextInputProps, 'value' | 'defaultValue' | 'onChange'> {
  value: string;
  onCommit: (value: string) => void;
}

export function CommitInput({ value, onCommit, ...props }: CommitInputProps) {
  const commit = (text: string): void => {
    if (text.trim() !== value) onCommit(text.trim());
  };
  return (
    <TextInput
      {...props}
      // A value from elsewhere, such as the text of the query, takes the place of what was typed.
      key={value}
      defaultValue={value}
      onBlur={(event) => commit(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit(event.currentTarget.value);
      }}
    />
  );
}
