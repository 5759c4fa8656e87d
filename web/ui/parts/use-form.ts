// The values of a form: one field changed at a time, and the props a text field needs.

import { useState } from 'react';

type TextKeys<Values> = { [Key in keyof Values]: Values[Key] extends string ? Key : never }[keyof Values];
type FlagKeys<Values> = { [Key in keyof Values]: Values[Key] extends boolean ? Key : never }[keyof Values];
type NumberKeys<Values> = { [Key in keyof Values]: Values[Key] extends number ? Key : never }[keyof Values];

export function useForm<Values extends object>(initial: Values) {
  const [values, setValues] = useState(initial);
  const set = <Key extends keyof Values>(name: Key, value: Values[Key]): void =>
    setValues((before) => ({ ...before, [name]: value }));
  return {
    values,
    set,
    setAll: setValues,
    text: <Key extends TextKeys<Values>>(name: Key) => ({
      value: values[name] as string,
      onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value as Values[Key]),
    }),
    flag: <Key extends FlagKeys<Values>>(name: Key) => ({
      checked: values[name] as boolean,
      onChange: (event: { currentTarget: { checked: boolean } }) =>
        set(name, event.currentTarget.checked as Values[Key]),
    }),
    /** An emptied number field keeps the last number, so that a form never sends none. */
    number: <Key extends NumberKeys<Values>>(name: Key) => ({
      value: values[name] as number,
      onChange: (value: string | number) => {
        if (typeof value === 'number' && Number.isFinite(value)) set(name, value as Values[Key]);
      },
    }),
  };
}
