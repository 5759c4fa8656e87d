// The fields of a form as they stand in the URL: each change is written there at once,
// and an empty field is no parameter.

import { useSearchParams } from 'react-router';

export function useParamFields(): [URLSearchParams, (name: string, value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = (name: string, value: string): void =>
    setParams(
      (before) => {
        if (value === '') before.delete(name);
        else before.set(name, value);
        return before;
      },
      { preventScrollReset: true },
    );
  return [params, set];
}
